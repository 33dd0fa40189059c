--[[
  One slice of an action: parks chosen tasks of one process that are queued or unconfirmed. What runs, or is just being
  launched, is left alone.

  KEYS[1] action     hash: the action
  KEYS[2] batch      hash: what is known of the batch
  KEYS[3] grid       a byte a task: its phase
  KEYS[4] counts     hash: phase byte -> number of tasks
  KEYS[5] ended      set of batches that ended and are to be reported
  KEYS[6] due        zset: task id -> when to look at it, Unix ms
  KEYS[7] inflight   set of task ids launched and not ended
  KEYS[8] launching  set of tasks of this process whose launch is unanswered
  KEYS[9] doubt      set of tasks of this process whose answer was lost
  ARGV[1] was     the action's cursor before this slice …
  ARGV[2] to      … and after it
  ARGV[3] zones   zones of the batch
  ARGV[4] prefix  of the tasks' keys, before the task id
  ARGV[5] by      who, and why
  ARGV...         the tasks' places in the grid

  Returns how many were parked; -1: the slice was not the caller's to do
]]
--@include clock
--@include move
--@include settle-doubt
--@include finish
--@include slice
if not isMine(action, was) then return -1 end
local now = clock()
local batchId = redis.call('HGET', batch, 'id')
local n = 0
for i = 6, #ARGV do
  local index = tonumber(ARGV[i])
  local at = phase(grid, index)
  local id = taskAt(batchId, zones, index)
  local task = prefix .. id
  if at == 'q' then
    move(batch, grid, counts, ended, index, 'q', 'p', now)
    redis.call('HSET', task, 'endedAt', now, 'rule', 'parked-by-person', 'reason', 'parked by ' .. by)
    note(task, now, 'parked: parked-by-person: by ' .. by)
    n = n + 1
  elseif at == 'u' then
    settleDoubt(launching, doubt, id)
    finish(batch, grid, counts, ended, task, due, inflight, id, index, 'u', 'p', now, 'parked-by-person', 'parked by ' .. by, processOf(doubt))
    n = n + 1
  end
end
doneSlice(action, to, #ARGV - 5, n)
return n
