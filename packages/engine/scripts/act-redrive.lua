--[[
  One slice of an action: takes chosen tasks of one batch back to the queue. What succeeded or still runs is never touched,
  nor what has ended once more since it was chosen.

  KEYS[1] action  hash: the action
  KEYS[2] batch   hash: what is known of the batch
  KEYS[3] grid    a byte a task: its phase
  KEYS[4] counts  hash: phase byte -> number of tasks
  KEYS[5] ended   set of batches that ended and are to be reported
  KEYS[6] due     zset: task id -> when to look at it, Unix ms
  ARGV[1] was     the action's cursor before this slice …
  ARGV[2] to      … and after it
  ARGV[3] zones   zones of the batch
  ARGV[4] prefix  of the tasks' keys, before the task id
  ARGV[5] asOf    when they were chosen, Unix ms
  ARGV[6] phases  phase bytes that were chosen
  ARGV[7] everyMs  ms between two of them, fractions allowed; empty: all at once
  ARGV[8] behindMs  so far the pace may be behind, and is caught up with
  ARGV[9] id       of the action
  ARGV[10] by     who, and why
  ARGV...         the tasks' places in the grid

  Returns how many were taken back; -1: the slice was not the caller's to do
]]
--@include clock
--@include move
--@include redrive
--@include slice
if not isMine(action, was) then return -1 end
local now = clock()
local batchId = redis.call('HGET', batch, 'id')
local n = 0
for i = 11, #ARGV do
  local index = tonumber(ARGV[i])
  local at = phase(grid, index)
  if string.find(phases, at, 1, true) and string.find('fxcp', at, 1, true) then
    local taskId = taskAt(batchId, zones, index)
    local task = prefix .. taskId
    local endedAt, attempt = unpack(redis.call('HMGET', task, 'endedAt', 'attempt'))
    if not endedAt or tonumber(endedAt) <= tonumber(asOf) then
      redriveOne(batch, grid, counts, ended, due, task, taskId, index, at, now,
        'queued: redriven by ' .. by .. ' (was ' .. names[at] .. ', attempt ' .. (attempt or 0) .. ')')
      n = n + 1
    end
  end
end
if n > 0 then redis.call('HDEL', batch, 'cancelledAt') end
if everyMs ~= '' then
  -- Between two of them the batch may be at rest, but it has not ended.
  redis.call('SADD', redrivesOf(batch), id)
  local nextAt = math.max(tonumber(redis.call('HGET', action, 'nextAt') or now), now - behindMs)
  redis.call('HSET', action, 'nextAt', string.format('%.3f', nextAt + n * everyMs))
end
doneSlice(action, to, #ARGV - 10, n)
return n
