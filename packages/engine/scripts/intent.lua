--[[
  Writes the intent to launch a task, if the caller still holds the queue's lock on it and the provider may launch now.
  This is the last thing before the POST, and the only way to it.

  KEYS[1] lock      the queue's lock on this task's job
  KEYS[2] batch     hash: what is known of the batch
  KEYS[3] grid      a byte a task: its phase
  KEYS[4] counts    hash: phase byte -> number of tasks
  KEYS[5] ended     set of batches that ended and are to be reported
  KEYS[6] task      hash: what is known of the task
  KEYS[7] due       zset: task id -> when to look at it, Unix ms
  KEYS[8] inflight  set of task ids launched and not ended
  KEYS[9] recent    list: when the last launches were sent, newest first, Unix ms
  KEYS[10] holds    the provider's holds
  KEYS[11] stats    hash: counters of the provider since ever
  KEYS[12] launching  set of tasks of this process whose launch is unanswered
  KEYS[13] doubt      set of tasks of this process whose answer was lost
  KEYS[14] likeness   the last task launched of those that the platform would take for this one
  ARGV[1] token        the caller's lock token
  ARGV[2] id           task id
  ARGV[3] index        the task's place in the grid
  ARGV[4] maxInFlight  tasks
  ARGV[5] burst        launches allowed …
  ARGV[6] windowMs     … in any window of this length
  ARGV[7] orphanMs     with no word from the launcher for this long, its answer counts as lost
  ARGV[8] probe        the kind of hold that the caller alone is let through, to see whether it is over; may be empty
  ARGV[9] alone        '1' where a lost launch can only be told from others of its process by elimination
  ARGV[10] unlike      '1' where no two launches of one likeness may be out at a time

  Returns {'go', attempt, drive, intentAtMs, step} | {'wait', ms} | {'full'} | {'held'} | {'doubt', taskId} | {'lostLock'}
        | {'known', phase} | {'unconfirmed'} | {'cancelled'} | {'tooLate'}
]]
--@include clock
--@include move
--@include finish
--@include holds
--@include window
-- A launch may be in doubt for as long as its provider is away.
local likenessMs = 7 * 86400000
local now = clock()
local at = phase(grid, index)
if at == 'l' or at == 'u' then
  if redis.call('GET', lock) ~= token then return { 'lostLock' } end
  if at == 'l' then
    -- Somebody wrote the intent and was not heard of again: the launch may be out there.
    move(batch, grid, counts, ended, index, 'l', 'u', now)
    redis.call('ZADD', due, now, id)
    redis.call('SMOVE', launching, doubt, id)
    note(task, now, 'unconfirmed: launcher-lost: the launcher died between intent and answer')
  end
  return { 'unconfirmed' }
end
if at ~= 'q' then return { 'known', names[at] } end
if redis.call('GET', lock) ~= token then return { 'lostLock' } end
-- Our record was lost, and nobody has asked the platform yet which tasks of this batch it runs: see recover.
if redis.call('HEXISTS', batch, 'recovering') == 1 then return { 'held' } end
local cancelled, launchBy, deadline = unpack(redis.call('HMGET', batch, 'cancelledAt', 'launchBy', 'deadline'))
if cancelled then
  finish(batch, grid, counts, ended, task, due, inflight, id, index, 'q', 'c', now, 'batch-cancelled', 'the batch was cancelled before this task was launched', processOf(doubt))
  return { 'cancelled' }
end
local cancelAs, cancelReason = unpack(redis.call('HMGET', task, 'cancelAs', 'cancelReason'))
if cancelAs == 'cancelled' then
  finish(batch, grid, counts, ended, task, due, inflight, id, index, 'q', 'c', now, 'cancelled-by-person', cancelReason or 'cancelled', processOf(doubt))
  return { 'cancelled' }
end
if math.min(tonumber(launchBy or now), tonumber(deadline or now)) < now then
  finish(batch, grid, counts, ended, task, due, inflight, id, index, 'q', 'x', now, 'batch-deadline', 'the last moment for launches of its batch passed before this task was launched', processOf(doubt))
  return { 'tooLate' }
end
if isHeld(holds, now, probe) then return { 'held' } end
if redis.call('SCARD', inflight) >= tonumber(maxInFlight) then return { 'full' } end
if alone == '1' then
  local other = redis.call('SRANDMEMBER', doubt)
  if other then return { 'doubt', other } end
end
if unlike == '1' then
  local other = redis.call('GET', likeness)
  if other and other ~= id and redis.call('SISMEMBER', launching, other) + redis.call('SISMEMBER', doubt, other) > 0 then
    return { 'doubt', other }
  end
end
local wait = windowWait(recent, burst, windowMs, now)
if wait > 0 then return { 'wait', wait } end
noteSent(recent, burst, now)
if unlike == '1' then redis.call('SET', likeness, id, 'PX', likenessMs) end
move(batch, grid, counts, ended, index, 'q', 'l', now)
redis.call('SADD', inflight, id)
redis.call('SADD', launching, id)
redis.call('ZADD', due, now + orphanMs, id)
redis.call('HINCRBY', stats, 'launches', 1)
countFor(inflight, 'launched', processOf(doubt))
local attempt = redis.call('HINCRBY', task, 'attempt', 1)
redis.call('HSETNX', task, 'drive', 1)
redis.call('HSET', task, 'intentAt', now)
redis.call('HDEL', task, 'endedAt', 'reads', 'reason', 'rule')
note(task, now, 'launching: attempt ' .. attempt)
-- What was begun belongs to the attempt that began it.
local begunBy, step = string.match(redis.call('HGET', task, 'step') or '', '^(%d+) (.*)$')
return { 'go', attempt, tonumber(redis.call('HGET', task, 'drive')), now, begunBy == tostring(attempt) and step or '' }
