--[[
  Holds a provider. A hold of the same kind is kept, with the later end; a hold nobody timed waits twice as long each time.
  It is told once. One that comes back within minutes is told when it still stands (or comes back) after them, with a count.

  KEYS[1] holds     hash: kind -> JSON
  KEYS[2] told      hash: <kind>:at -> when it was last told, Unix ms; <kind>:unsaid -> holds since then, not told
  KEYS[3] inflight  set of task ids launched and not ended
  KEYS[4] notices   stream of what people are told
  ARGV[1] kind      outage | credentials | quota | retry-after | window | person
  ARGV[2] scope     'launch' | 'all'
  ARGV[3] forMs     ms; -1: until somebody lifts it
  ARGV[4] probe     '1': only a request that succeeds ends it
  ARGV[5] reason    in words
  ARGV[6] provider  its name
  ARGV[7] quietMs   a kind is told once in so long, ms; -1: it is never told

  Returns 'new' | 'kept'
]]
--@include clock
--@include notice
local now = clock()
local was = redis.call('HGET', holds, kind)
local hold = { since = now, reason = reason, scope = scope, probe = probe == '1', times = 0, waitMs = tonumber(forMs), untilMs = false }
if forMs ~= '-1' then hold.untilMs = now + forMs end
if was then
  local old = cjson.decode(was)
  local over = old.untilMs and old.untilMs <= now and not old.probe
  hold.since, hold.times, hold.waitMs, hold.told = old.since, old.times, old.waitMs, old.told and not over or nil
  if not old.untilMs or (hold.untilMs and old.untilMs > hold.untilMs) then hold.untilMs = old.untilMs end
end
if quietMs ~= '-1' and not hold.told then
  local at = tonumber(redis.pcall('HGET', told, kind .. ':at'))
  if at and now - at < tonumber(quietMs) then
    if not was then redis.pcall('HINCRBY', told, kind .. ':unsaid', 1) end
  else
    local unsaid = tonumber(redis.pcall('HGET', told, kind .. ':unsaid')) or 0
    if was and unsaid > 0 then unsaid = unsaid - 1 end
    hold.told = true
    redis.pcall('HSET', told, kind .. ':at', now, kind .. ':unsaid', 0)
    tell(notices, { kind = 'provider-held', provider = provider, atMs = now, facts = {
      hold = kind, reason = reason, sinceMs = hold.since, untilMs = hold.untilMs or nil, probe = hold.probe,
      stopsLooks = scope == 'all', inFlight = redis.call('SCARD', inflight), unsaid = unsaid,
    } })
  end
end
redis.call('HSET', holds, kind, cjson.encode(hold))
return was and 'kept' or 'new'
