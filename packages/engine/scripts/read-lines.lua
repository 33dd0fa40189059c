--[[
  Reads what accounts tell of many tasks: phase and record of each together, so that they agree. Changes nothing.

  KEYS[1] grid  a byte a task: its phase
  ARGV[1] prefix  of the tasks' keys, before the task id
  ARGV[2] id      of the batch
  ARGV[3] zones   zones of the batch
  ARGV...         places in the grid

  Returns twelve values for each place, one after the other: phase byte, attempt, drive, intentAt, launchedAt, endedAt,
  remoteId, rule, reason, cost, costUnit, costTotal; false where there is none
]]
local told = {}
for i = 4, #ARGV do
  local index = ARGV[i]
  local key = string.format('%s%s-%d-%d', prefix, id, math.floor(index / zones), index % zones)
  told[#told + 1] = redis.call('GETRANGE', grid, index, index)
  local record = redis.call('HMGET', key, 'attempt', 'drive', 'intentAt', 'launchedAt', 'endedAt', 'remoteId', 'rule',
    'reason', 'cost', 'costUnit', 'costTotal')
  for field = 1, 11 do told[#told + 1] = record[field] end
end
return told
