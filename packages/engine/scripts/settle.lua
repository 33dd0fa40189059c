--[[
  Settles many claimed tasks in one call. Each is fenced by its claim: a task somebody else has claimed or moved since
  is left alone. Ends are counted exactly once, since the phase and the counters change here together.

  KEYS[1] due        zset: task id -> when to look at it, Unix ms
  KEYS[2] inflight   set of task ids launched and not ended
  KEYS[3] ended      set of batches that ended and are to be reported
  KEYS[4] durations  hash: process id -> usual duration in ms (moving average)
  KEYS[5] stats      hash: counters of the provider since ever
  KEYS[6] doubt      prefix, before a process id, of the sets of tasks whose answer was lost
  KEYS...            for each item: batch, grid, counts, task
  ARGV[1] score      the claim's score
  ARGV...            for each item: id, index, action ('again' | 's' | 'f' | 'c' | 'x' | 'p'), inMs, rule, reason, process id,
                     JSON of the task's fields to set (null deletes), and what its job cost: amount and unit; empty where
                     it is not told

  Returns {id...}: the tasks that ended or were parked by this call
]]
--@include clock
--@include move
--@include finish
--@include cost
local now = clock()
local done = {}
local items = (#KEYS - 6) / 4
for i = 0, items - 1 do
  local batch, grid, counts, task = KEYS[7 + i * 4], KEYS[8 + i * 4], KEYS[9 + i * 4], KEYS[10 + i * 4]
  local id, index, action, inMs, rule, reason, process, fields, amount, unit = unpack(ARGV, 2 + i * 10, 11 + i * 10)
  local held = redis.call('ZSCORE', due, id)
  local at = phase(grid, index)
  if held and tonumber(held) == tonumber(score) and (at == 'r' or at == 'u') then
    for field, value in pairs(cjson.decode(fields)) do
      if value == cjson.null then redis.call('HDEL', task, field) else redis.call('HSET', task, field, tostring(value)) end
    end
    if action == 'again' then
      redis.call('ZADD', due, now + inMs, id)
    else
      redis.call('SREM', doubt .. process, id)
      finish(batch, grid, counts, ended, task, due, inflight, id, index, at, action, now, rule, reason, process)
      countCost(batch, inflight, task, amount, unit)
      redis.call('HINCRBY', stats, 'ended:' .. action, 1)
      local launched = redis.call('HGET', task, 'launchedAt')
      if action == 's' and launched then
        local took = now - launched
        countTime(inflight, 'run', process, took)
        local usual = redis.call('HGET', durations, process)
        redis.call('HSET', durations, process, math.floor(usual and (usual * 0.8 + took * 0.2) or took))
      end
      done[#done + 1] = id
    end
  end
end
return done
