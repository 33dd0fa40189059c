--[[
  Gives a batch another priority: it takes its new place among those still to be put into the queue.

  KEYS[1] batch  hash: what is known of the batch
  KEYS...        the feed of each of its providers (zset: batch id -> rank)
  ARGV[1] id        batch id
  ARGV[2] priority  higher goes first

  Returns the priority it had
]]
local was, acceptedAt = unpack(redis.call('HMGET', batch, 'priority', 'acceptedAt'))
redis.call('HSET', batch, 'priority', priority)
for i = 2, #KEYS do redis.call('ZADD', KEYS[i], 'XX', acceptedAt - priority * 1e13, id) end
return tonumber(was or 0)
