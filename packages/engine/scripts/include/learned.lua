--[[
  The share (0 to 1] of the configured pace that the platform is believed to bear: halved by each refusal that names no
  time, a tenth more for each minute without one.
]]
local climbEveryMs, climbBy, least = 60000, 0.1, 1 / 64

local function bearable(learned, now)
  local factor, at = unpack(redis.call('HMGET', learned, 'factor', 'at'))
  if not factor then return 1 end
  local share = factor + climbBy * math.floor((now - at) / climbEveryMs)
  if share < 1 then return share end
  redis.call('DEL', learned)
  return 1
end
