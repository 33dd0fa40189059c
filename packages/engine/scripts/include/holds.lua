--[[
  Holds of a provider: hash kind -> JSON {since, untilMs|false, reason, scope, probe, times}.
  scope 'launch' stops launches, 'all' stops looks as well. untilMs false: until somebody lifts it.
  A hold with `probe` lets one request through each time its wait is over, and doubles the wait; only success lifts it.
]]
--@include tally
local probeCapMs = 15 * 60 * 1000

--[[ The hold that stops `scope` now: kind, hold. Lets holds that are over go; gives 'probe', hold, kind to one caller. ]]
local function activeHold(holds, scope, now)
  local all = redis.call('HGETALL', holds)
  local stop, stopKind, probeKind = nil, nil, nil
  for i = 1, #all, 2 do
    local kind, hold = all[i], cjson.decode(all[i + 1])
    if scope == 'launch' or hold.scope == 'all' then
      if hold.untilMs and hold.untilMs <= now then
        if hold.probe then
          probeKind = kind
        else
          countHeld(holds, kind, hold, now)
          redis.call('HDEL', holds, kind)
        end
      elseif not stop or not hold.untilMs or (stop.untilMs and hold.untilMs > stop.untilMs) then
        stop, stopKind = hold, kind
      end
    end
  end
  if stop then return stopKind, stop end
  if not probeKind then return nil end
  local hold = cjson.decode(redis.call('HGET', holds, probeKind))
  hold.times = hold.times + 1
  hold.untilMs = now + math.min(probeCapMs, hold.waitMs * 2 ^ math.min(hold.times - 1, 10))
  redis.call('HSET', holds, probeKind, cjson.encode(hold))
  return 'probe', hold, probeKind
end

--[[ Whether anything stops launches now, other than a hold of kind `except`. Gives no probe out. ]]
local function isHeld(holds, now, except)
  local all = redis.call('HGETALL', holds)
  for i = 1, #all, 2 do
    local hold = cjson.decode(all[i + 1])
    if all[i] ~= except and (hold.probe or not hold.untilMs or hold.untilMs > now) then return true end
  end
  return false
end
