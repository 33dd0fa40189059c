--[[
  One slice of an action: cancels chosen tasks of one batch. What is queued ends at once, what may run remotely is to be
  cancelled there by the sweep.

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
  ARGV[5] whole   '1': the batch is given up as a whole, and nothing of it is launched any more
  ARGV[6] by      who, and why
  ARGV...         the tasks' places in the grid

  Returns how many were cancelled, or are to be; -1: the slice was not the caller's to do
]]
--@include clock
--@include move
--@include slice
if not isMine(action, was) then return -1 end
local now = clock()
local batchId = redis.call('HGET', batch, 'id')
if whole == '1' then redis.call('HSETNX', batch, 'cancelledAt', now) end
local n = 0
for i = 7, #ARGV do
  local index = tonumber(ARGV[i])
  local at = phase(grid, index)
  local id = taskAt(batchId, zones, index)
  local task = prefix .. id
  if at == 'q' then
    move(batch, grid, counts, ended, index, 'q', 'c', now)
    redis.call('HSET', task, 'endedAt', now, 'rule', 'cancelled-by-person', 'reason', 'cancelled by ' .. by)
    note(task, now, 'cancelled: cancelled-by-person: by ' .. by)
    n = n + 1
  elseif at == 'l' or at == 'u' or at == 'r' then
    if redis.call('HEXISTS', task, 'cancelAs') == 0 then
      redis.call('HSET', task, 'cancelAs', 'cancelled', 'cancelReason', 'cancelled by ' .. by)
      note(task, now, 'cancel asked: by ' .. by)
      n = n + 1
    end
    -- A launch in the air is not woken: its answer comes, or its launcher is found dead in its own time.
    if at ~= 'l' then redis.call('ZADD', due, 'XX', now, id) end
  end
end
doneSlice(action, to, #ARGV - 6, n)
return n
