--[[
  Records that a task runs remotely: the launch was answered, or the lost launch was found. Claims the remote id:
  two tasks never hold one remote job. Idempotent. A late answer to a launch that was given up is taken as well,
  as long as nothing else was sent since.

  KEYS[1] batch     hash: what is known of the batch
  KEYS[2] grid      a byte a task: its phase
  KEYS[3] counts    hash: phase byte -> number of tasks
  KEYS[4] ended     set of batches that ended and are to be reported
  KEYS[5] task      hash: what is known of the task
  KEYS[6] due       zset: task id -> when to look at it, Unix ms
  KEYS[7] inflight  set of task ids launched and not ended
  KEYS[8] claims    hash: remote id -> task id
  KEYS[9] launching  set of tasks of this process whose launch is unanswered
  KEYS[10] doubt     set of tasks of this process whose answer was lost
  ARGV[1] id        task id
  ARGV[2] index     the task's place in the grid
  ARGV[3] attempt   the launch that was answered
  ARGV[4] remoteId  the platform's id of the job
  ARGV[5] address   path and query of the job on the configured origin
  ARGV[6] lookInMs  ms until the first look
  ARGV[7] rule      which rule decided

  Returns {'running'} | {'known'} | {'claimed', taskId} | {'orphan', phase}
]]
--@include clock
--@include move
--@include settle-doubt
--@include tally
local now = clock()
local at = phase(grid, index)
local last, held = unpack(redis.call('HMGET', task, 'attempt', 'remoteId'))
if at == 'r' and held == remoteId then return { 'known' } end
local mine = last == attempt and (at == 'l' or at == 'u' or at == 'p' or at == 'q')
if not mine then
  note(task, now, 'orphan: remote job ' .. remoteId .. ' of attempt ' .. attempt .. ' is not followed')
  return { 'orphan', names[at] }
end
if redis.call('HSETNX', claims, remoteId, id) == 0 then
  local owner = redis.call('HGET', claims, remoteId)
  if owner ~= id then return { 'claimed', owner } end
end
if at == 'l' then countTime(inflight, 'answer', processOf(doubt), now - (redis.call('HGET', task, 'intentAt') or now)) end
move(batch, grid, counts, ended, index, at, 'r', now)
redis.call('SADD', inflight, id)
settleDoubt(launching, doubt, id)
redis.call('ZADD', due, now + lookInMs, id)
redis.call('HSET', task, 'remoteId', remoteId, 'address', address, 'launchedAt', redis.call('HGET', task, 'intentAt'), 'rule', rule)
redis.call('HDEL', task, 'endedAt', 'reason', 'looks', 'fails', 'missing', 'status', 'word', 'progress', 'message', 'results')
note(task, now, 'running: ' .. rule .. ': remote job ' .. remoteId)
return { 'running' }
