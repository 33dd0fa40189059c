--[[
  One slice of an action that moved queued tasks within the queue: writes so into the history of those still queued.

  KEYS[1] action  hash: the action
  KEYS[2] batch   hash: what is known of the batch
  KEYS[3] grid    a byte a task: its phase
  ARGV[1] was     the action's cursor before this slice …
  ARGV[2] to      … and after it
  ARGV[3] zones   zones of the batch
  ARGV[4] prefix  of the tasks' keys, before the task id
  ARGV[5] text    for the history
  ARGV...         the tasks' places in the grid

  Returns how many were noted; -1: the slice was not the caller's to do
]]
--@include clock
--@include move
--@include slice
if not isMine(action, was) then return -1 end
local now = clock()
local batchId = redis.call('HGET', batch, 'id')
local n = 0
for i = 6, #ARGV do
  local index = tonumber(ARGV[i])
  if phase(grid, index) == 'q' then
    note(prefix .. taskAt(batchId, zones, index), now, text)
    n = n + 1
  end
end
doneSlice(action, to, #ARGV - 5, n)
return n
