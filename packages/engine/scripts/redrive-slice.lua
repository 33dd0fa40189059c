--[[
  Takes the tasks of one slice of a batch's grid that are in one of the given phases back to the queue, each with its
  next drive. What succeeded or still runs is never touched.

  KEYS[1] batch   hash: what is known of the batch
  KEYS[2] grid    a byte a task: its phase
  KEYS[3] counts  hash: phase byte -> number of tasks
  KEYS[4] ended   set of batches that ended and are to be reported
  KEYS[5] due     zset: task id -> when to look at it, Unix ms
  ARGV[1] first     index of the slice's first task
  ARGV[2] last      index of its last
  ARGV[3] phases    phase bytes to take back, out of f x c p
  ARGV[4] zones     zones of the batch
  ARGV[5] prefix    of the tasks' keys, before the task id
  ARGV[6] by        who asked

  Returns {id...}: the tasks taken back
]]
--@include clock
--@include move
--@include redrive
local now = clock()
local ids = {}
local bytes = redis.call('GETRANGE', grid, first, last)
local batchId = redis.call('HGET', batch, 'id')
for i = 1, #bytes do
  local at = string.sub(bytes, i, i)
  if string.find(phases, at, 1, true) and string.find('fxcp', at, 1, true) then
    local index = first + i - 1
    local id = string.format('%s-%d-%d', batchId, math.floor(index / zones), index % zones)
    local task = prefix .. id
    redriveOne(batch, grid, counts, ended, due, task, id, index, at, now, 'queued: redriven by ' .. by .. ' (was ' .. names[at] .. ')')
    ids[#ids + 1] = id
  end
end
if #ids > 0 then redis.call('HDEL', batch, 'cancelledAt') end
return ids
