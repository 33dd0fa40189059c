--[[
  Counts one attempt to sign in against each of those it is counted for, unless one of them has had too many.

  KEYS...            a counter each
  ARGV[1] windowMs   ms after the first attempt, the count begins anew
  ARGV...            how many each may have

  Returns ms to wait; 0: go on
]]
local wait = 0
for i = 1, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or 0) >= tonumber(ARGV[i + 1]) then
    wait = math.max(wait, redis.call('PTTL', KEYS[i]), 1)
  end
end
if wait > 0 then return wait end
for i = 1, #KEYS do
  if redis.call('INCR', KEYS[i]) == 1 then redis.call('PEXPIRE', KEYS[i], windowMs) end
end
return 0
