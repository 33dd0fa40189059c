--[[
  Halves the pace that a provider is believed to bear: it refused, and did not say for how long.

  KEYS[1] learned  hash {factor, at}

  Returns the share of the configured pace that is left, as text
]]
--@include clock
--@include learned
local now = clock()
local share = math.max(least, bearable(learned, now) / 2)
redis.call('HSET', learned, 'factor', string.format('%.6f', share), 'at', now)
return string.format('%.6f', share)
