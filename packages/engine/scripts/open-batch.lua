--[[
  Opens a batch whose processes and zones are already written: from here on its tasks exist, all of them.

  KEYS[1] batches  zset: batch id -> when it was accepted, Unix ms
  KEYS[2] batch    hash: what is known of the batch
  KEYS[3] grid     a byte a task: its phase
  KEYS[4] counts   hash: phase byte -> number of tasks
  KEYS...          the feed of each of its providers (zset: batch id -> rank)
  ARGV[1] id        batch id
  ARGV[2] tasks     number of tasks
  ARGV[3] priority  higher goes first
  ARGV...           field, value: the rest of what is known

  Returns 'new' | 'known'
]]
--@include clock
local now = clock()
if redis.call('HEXISTS', batch, 'acceptedAt') == 1 then return 'known' end
redis.call('SET', grid, string.rep('q', tonumber(tasks)))
redis.call('HSET', counts, 'q', tasks)
redis.call('HSET', batch, 'id', id, 'tasks', tasks, 'priority', priority, 'acceptedAt', now, unpack(ARGV, 4))
redis.call('ZADD', batches, now, id)
for i = 5, #KEYS do redis.call('ZADD', KEYS[i], now - priority * 1e13, id) end
return 'new'
