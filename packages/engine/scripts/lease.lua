--[[
  Takes or renews a lease.

  KEYS[1] lease
  ARGV[1] holder  who asks
  ARGV[2] ms      how long

  Returns 1 | 0
]]
local now = redis.call('GET', lease)
if now and now ~= holder then return 0 end
redis.call('SET', lease, holder, 'PX', ms)
return 1
