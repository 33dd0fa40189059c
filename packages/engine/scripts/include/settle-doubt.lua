--[[ The launch of this task is no longer in the air: it is known what became of it. ]]
local function settleDoubt(launching, doubt, id)
  redis.call('SREM', launching, id)
  redis.call('SREM', doubt, id)
end
