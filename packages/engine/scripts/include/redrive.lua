--[[ Takes one task that ended badly or was parked back to the queue, with its next drive. Its history is kept. ]]
local function redriveOne(batch, grid, counts, ended, due, task, id, index, at, now, text)
  move(batch, grid, counts, ended, index, at, 'q', now)
  redis.call('ZREM', due, id)
  redis.call('HSETNX', task, 'drive', 1)
  redis.call('HINCRBY', task, 'drive', 1)
  redis.call('HSET', task, 'base', redis.call('HGET', task, 'attempt') or 0)
  redis.call('HDEL', task, 'endedAt', 'reason', 'rule', 'reads', 'remoteId', 'address', 'launchedAt', 'status', 'word', 'progress', 'message', 'fails', 'missing', 'looks', 'results', 'cost', 'cancelAs', 'cancelReason', 'cancelAt', 'cancelTries')
  note(task, now, text)
end
