--[[
  A slice of an action is done once: the action's cursor moves in the step that does it, and only from where it was.
  `action` is the hash of a running action.
]]
local function isMine(action, was)
  local state, cursor = unpack(redis.call('HMGET', action, 'state', 'cursor'))
  return state == 'running' and cursor == was
end

local function doneSlice(action, to, looked, changed)
  redis.call('HSET', action, 'cursor', to)
  redis.call('HINCRBY', action, 'looked', looked)
  redis.call('HINCRBY', action, 'changed', changed)
end

local function taskAt(batchId, zones, index)
  return string.format('%s-%d-%d', batchId, math.floor(index / zones), index % zones)
end
