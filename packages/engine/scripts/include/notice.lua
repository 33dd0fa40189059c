--[[
  Tells people of a fact in the step that makes it true; the newest 1,000 notices are kept. Trouble with the stream never
  touches the step.
]]
local function tell(notices, notice)
  redis.pcall('XADD', notices, 'MAXLEN', 1000, '*', 'notice', cjson.encode(notice))
end
