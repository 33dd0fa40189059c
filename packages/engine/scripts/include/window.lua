--[[
  The ms until one more launch fits into the sliding window: 0 now. `recent` holds when the last `burst` were sent, newest
  first: no window of `windowMs` ever holds more.
]]
local function windowWait(recent, burst, windowMs, now)
  local oldest = redis.call('LINDEX', recent, burst - 1)
  if oldest and now - oldest < tonumber(windowMs) then return math.ceil(windowMs - (now - oldest)) end
  return 0
end

local function noteSent(recent, burst, now)
  redis.call('LPUSH', recent, now)
  redis.call('LTRIM', recent, 0, burst - 1)
end
