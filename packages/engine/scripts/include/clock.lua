--[[ Redis's own clock, in whole milliseconds. One clock for all hosts. ]]
local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
