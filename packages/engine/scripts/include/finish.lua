--[[
  Ends (s f c x) or parks (p) one task that is in phase `from`. It stays due for a while, in its ended phase,
  until the board's job is finished too: a crash in between is then made good by the next sweep.
  `process` is the platform's id of its process, for the counters; '' where it is not known.
]]
--@include tally
local closeAgainMs = 5000

local function finish(batch, grid, counts, ended, task, due, inflight, id, index, from, to, now, rule, reason, process)
  move(batch, grid, counts, ended, index, from, to, now)
  countFor(inflight, 'ended:' .. to, process)
  redis.call('SREM', inflight, id)
  redis.call('ZADD', due, now + closeAgainMs, id)
  redis.call('HSET', task, 'endedAt', now, 'rule', rule, 'reason', reason)
  redis.call('HDEL', task, 'cancelAs', 'cancelReason', 'cancelAt', 'cancelTries')
  note(task, now, names[to] .. ': ' .. rule .. (reason ~= '' and (': ' .. reason) or ''))
end
