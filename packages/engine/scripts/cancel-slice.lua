--[[
  Cancels the tasks of one slice of a batch's grid: what is queued ends at once, what may run remotely is to be cancelled
  there by the sweep.

  KEYS[1] batch     hash: what is known of the batch
  KEYS[2] grid      a byte a task: its phase
  KEYS[3] counts    hash: phase byte -> number of tasks
  KEYS[4] ended     set of batches that ended and are to be reported
  ARGV[1] first   index of the slice's first task
  ARGV[2] last    index of its last
  ARGV[3] zones   zones of the batch
  ARGV[4] prefix  of the tasks' keys, before the task id
  ARGV[5] reason  in words

  Returns {queuedCancelled, marked, id...}: how many ended at once, how many are to be cancelled remotely, and which of
  those the sweep may look at now. A launch still in the air is not among them: its answer comes, or its launcher is
  found dead in its own time.
]]
--@include clock
--@include move
local now = clock()
redis.call('HSETNX', batch, 'cancelledAt', now)
local bytes = redis.call('GETRANGE', grid, first, last)
local batchId = redis.call('HGET', batch, 'id')
local wake, n, marked = {}, 0, 0
for i = 1, #bytes do
  local at = string.sub(bytes, i, i)
  if at == 'q' or at == 'l' or at == 'u' or at == 'r' then
    local index = first + i - 1
    local id = string.format('%s-%d-%d', batchId, math.floor(index / zones), index % zones)
    local task = prefix .. id
    if at == 'q' then
      move(batch, grid, counts, ended, index, 'q', 'c', now)
      n = n + 1
    else
      redis.call('HSET', task, 'cancelAs', 'cancelled', 'cancelReason', reason)
      note(task, now, 'cancel asked: ' .. reason)
      marked = marked + 1
      if at ~= 'l' then wake[#wake + 1] = id end
    end
  end
end
return { n, marked, unpack(wake) }
