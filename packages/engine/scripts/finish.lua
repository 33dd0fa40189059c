--[[
  Ends or parks one task outside the sweep's settling: a launch clearly refused, a lost launch given up.

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
  ARGV[4] to       phase byte: s f c x p
  ARGV[5] rule     which rule decided
  ARGV[6] reason   in words, may be empty
  ARGV[7] intentAt  when that launch was intended, Unix ms: a number of an attempt that was given back comes again,
                     its moment does not
  ARGV[8] results  what it offers, JSON; empty: not known
  ARGV[9] amount   what it cost; empty: not told
  ARGV[10] unit    … in which unit

  Returns {'ended'} | {'moved', phase}
]]
--@include clock
--@include move
--@include settle-doubt
--@include finish
--@include cost
local now = clock()
local at = phase(grid, index)
if (at ~= 'l' and at ~= 'u') or not isSame(task, attempt, intentAt) then return { 'moved', names[at] } end
settleDoubt(launching, doubt, id)
finish(batch, grid, counts, ended, task, due, inflight, id, index, at, to, now, rule, reason, processOf(doubt))
countCost(batch, inflight, task, amount, unit)
if results ~= '' then redis.call('HSET', task, 'results', results) end
return { 'ended' }
