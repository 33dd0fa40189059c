--[[
  Carries out, for some tasks of a batch that is recovering, what the survey of their provider found: adopts their remote
  jobs, or parks them. Tasks that an earlier recovery has adopted or parked are left alone, so that it may run again; once
  the batch is recovering no more, nothing is done.

  KEYS[1] batch     hash: what is known of the batch
  KEYS[2] grid      a byte a task: its phase
  KEYS[3] counts    hash: phase byte -> number of tasks
  KEYS[4] ended     set of batches that ended and are to be reported
  KEYS[5] due       zset: task id -> when to look at it, Unix ms
  KEYS[6] inflight  set of task ids launched and not ended
  KEYS[7] claims    hash: remote id -> task id
  KEYS...           for each item: task
  ARGV...           for each item: id, index, action ('adopt' | 'park'), rule, reason, attempt, launchedAt (Unix ms),
                    remoteId, address, others (JSON array: remote ids of its other launches, claimed as well)

  Returns {word...}, for each item: 'adopted' | 'parked' | 'kept'
]]
--@include clock
--@include move
--@include finish
local now = clock()
local words = {}
local recovering = redis.call('HGET', batch, 'recovering')

--[[ The task whose job it is by now. ]]
local function claim(remoteId, id)
  if redis.call('HSETNX', claims, remoteId, id) == 1 then return id end
  return redis.call('HGET', claims, remoteId)
end

for i = 0, #KEYS - 8 do
  local task = KEYS[8 + i]
  local id, index, action, rule, reason, attempt, launchedAt, remoteId, address, others = unpack(ARGV, 1 + i * 10, 10 + i * 10)
  local at = phase(grid, index)
  local word = 'kept'
  -- Cancelled meanwhile, its remote job is to be cancelled too: it is followed, and the sweep sees to that.
  local adoptable = at == 'q' or at == 'p' or at == 'c'
  local known = redis.call('HEXISTS', task, 'attempt') == 1
  if recovering and not known and action == 'adopt' and adoptable then
    local owner = claim(remoteId, id)
    if owner == id then
      move(batch, grid, counts, ended, index, at, 'r', now)
      redis.call('SADD', inflight, id)
      redis.call('ZADD', due, now, id)
      -- Nothing of it was launched since the record was lost, whatever the platform's clock says.
      local launched = math.min(tonumber(recovering), tonumber(launchedAt))
      redis.call('HDEL', task, 'endedAt', 'reason')
      redis.call('HSETNX', task, 'drive', 1)
      redis.call('HSET', task, 'attempt', attempt, 'intentAt', launched, 'launchedAt', launched, 'remoteId', remoteId, 'address', address, 'rule', rule)
      for _, other in ipairs(cjson.decode(others)) do claim(other, id) end
      note(task, now, 'running: ' .. rule .. ': remote job ' .. remoteId)
      word = 'adopted'
    else
      action, rule, reason = 'park', 'job-claimed', 'remote job ' .. remoteId .. ' fits, but belongs to task ' .. owner
    end
  end
  if recovering and not known and action == 'park' and at == 'q' then
    finish(batch, grid, counts, ended, task, due, inflight, id, index, 'q', 'p', now, rule, reason, '')
    word = 'parked'
  end
  words[#words + 1] = word
end
return words
