--[[
  Lifts holds of a provider, and tells of it where they had been told.

  KEYS[1] holds    hash: kind -> JSON
  KEYS[2] notices  stream of what people are told
  ARGV[1] provider  its name
  ARGV...           kinds to lift

  Returns how many were lifted
]]
--@include clock
--@include notice
--@include tally
local lifted, over, since = 0, {}, nil
for i = 2, #ARGV do
  local json = redis.call('HGET', holds, ARGV[i])
  if json then
    local hold = cjson.decode(json)
    countHeld(holds, ARGV[i], hold, clock())
    redis.call('HDEL', holds, ARGV[i])
    lifted = lifted + 1
    if hold.told then
      over[#over + 1] = ARGV[i]
      since = math.min(since or hold.since, hold.since)
    end
  end
end
if #over > 0 then
  local now, still, rest = clock(), {}, redis.call('HGETALL', holds)
  for i = 1, #rest, 2 do
    local hold = cjson.decode(rest[i + 1])
    if rest[i] ~= 'retry-after' and (hold.probe or not hold.untilMs or hold.untilMs > now) then still[#still + 1] = rest[i] end
  end
  tell(notices, { kind = 'provider-released', provider = provider, atMs = now, facts = {
    holds = over, sinceMs = since, still = #still > 0 and still or nil,
  } })
end
return lifted
