--[[
  Takes a launch back to the queue: it is known that nothing runs. Idempotent by attempt.

  KEYS[1] batch     hash: what is known of the batch
  KEYS[2] grid      a byte a task: its phase
  KEYS[3] counts    hash: phase byte -> number of tasks
  KEYS[4] ended     set of batches that ended and are to be reported
  KEYS[5] task      hash: what is known of the task
  KEYS[6] due       zset: task id -> when to look at it, Unix ms
  KEYS[7] inflight  set of task ids launched and not ended
  KEYS[8] launching  set of tasks of this process whose launch is unanswered
  KEYS[9] doubt      set of tasks of this process whose answer was lost
  ARGV[1] id       task id
  ARGV[2] index    the task's place in the grid
  ARGV[3] attempt  the launch that was answered
  ARGV[4] sent     '1': the launch had been sent and counts as an attempt; '0': it never left
  ARGV[5] rule     which rule decided
  ARGV[6] reason   in words
  ARGV[7] intentAt  when that launch was intended, Unix ms: a number of an attempt that was given back comes again,
                     its moment does not
  ARGV[8] step     how far it got, where it goes on from there; empty otherwise

  Returns {'queued'} | {'moved', phase}
]]
--@include clock
--@include move
--@include settle-doubt
local now = clock()
local at = phase(grid, index)
if (at ~= 'l' and at ~= 'u') or not isSame(task, attempt, intentAt) then return { 'moved', names[at] } end
move(batch, grid, counts, ended, index, at, 'q', now)
redis.call('SREM', inflight, id)
settleDoubt(launching, doubt, id)
redis.call('ZREM', due, id)
if sent == '0' then redis.call('HINCRBY', task, 'attempt', -1) end
redis.call('HDEL', task, 'reads', 'cancelAt', 'cancelTries')
-- What a person has cancelled meanwhile is not launched again: its next intent ends it.
if redis.call('HGET', task, 'cancelAs') ~= 'cancelled' then redis.call('HDEL', task, 'cancelAs', 'cancelReason') end
if step ~= '' then redis.call('HSET', task, 'step', attempt .. ' ' .. step) end
redis.call('HSET', task, 'rule', rule, 'reason', reason)
note(task, now, 'queued: ' .. rule .. ': ' .. reason)
return { 'queued' }
