--[[
  Gives a lease back, if it is still the caller's.

  KEYS[1] lease
  ARGV[1] holder  who had it

  Returns 1 | 0
]]
if redis.call('GET', lease) ~= holder then return 0 end
return redis.call('DEL', lease)
