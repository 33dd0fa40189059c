--[[
  Ends the recovery of a batch: what of it is still queued is known not to run, and is launched from here on.

  KEYS[1] batch  hash: what is known of the batch
  KEYS...        the feed of each of its providers (zset: batch id -> rank)
  ARGV[1] id  batch id

  Returns 1 | 0: whether it was recovering
]]
if redis.call('HDEL', batch, 'recovering') == 0 then return 0 end
local acceptedAt, priority = unpack(redis.call('HMGET', batch, 'acceptedAt', 'priority'))
for i = 2, #KEYS do redis.call('ZADD', KEYS[i], acceptedAt - priority * 1e13, id) end
return 1
