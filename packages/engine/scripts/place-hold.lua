--[[
  Holds a provider. A hold of the same kind is kept, with the later end; a hold nobody timed waits twice as long each time.

  KEYS[1] holds  hash: kind -> JSON
  ARGV[1] kind    outage | credentials | quota | retry-after | window | person
  ARGV[2] scope   'launch' | 'all'
  ARGV[3] forMs   ms; -1: until somebody lifts it
  ARGV[4] probe   '1': only a request that succeeds ends it
  ARGV[5] reason  in words

  Returns 'new' | 'kept'
]]
--@include clock
local now = clock()
local was = redis.call('HGET', holds, kind)
local hold = { since = now, reason = reason, scope = scope, probe = probe == '1', times = 0, waitMs = tonumber(forMs), untilMs = false }
if forMs ~= '-1' then hold.untilMs = now + forMs end
if was then
  local old = cjson.decode(was)
  hold.since, hold.times, hold.waitMs = old.since, old.times, old.waitMs
  if not old.untilMs or (hold.untilMs and old.untilMs > hold.untilMs) then hold.untilMs = old.untilMs end
end
redis.call('HSET', holds, kind, cjson.encode(hold))
return was and 'kept' or 'new'
