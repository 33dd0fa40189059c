--[[
  Records that the answer to a launch was lost: the platform is to be asked.

  KEYS[1] batch   hash: what is known of the batch
  KEYS[2] grid    a byte a task: its phase
  KEYS[3] counts  hash: phase byte -> number of tasks
  KEYS[4] ended   set of batches that ended and are to be reported
  KEYS[5] task    hash: what is known of the task
  KEYS[6] due     zset: task id -> when to look at it, Unix ms
  KEYS[7] launching  set of tasks of this process whose launch is unanswered
  KEYS[8] doubt      set of tasks of this process whose answer was lost
  ARGV[1] id       task id
  ARGV[2] index    the task's place in the grid
  ARGV[3] attempt  the launch whose answer was lost
  ARGV[4] inMs     ms until the platform is asked
  ARGV[5] rule     which rule decided
  ARGV[6] reason   in words
  ARGV[7] intentAt  when that launch was intended, Unix ms: a number of an attempt that was given back comes again,
                     its moment does not

  Returns {'unconfirmed'} | {'moved', phase}
]]
--@include clock
--@include move
local now = clock()
local at = phase(grid, index)
if at ~= 'l' or not isSame(task, attempt, intentAt) then return { 'moved', names[at] } end
move(batch, grid, counts, ended, index, 'l', 'u', now)
redis.call('ZADD', due, now + inMs, id)
redis.call('SREM', launching, id)
redis.call('SADD', doubt, id)
redis.call('HSET', task, 'rule', rule, 'reason', reason)
note(task, now, 'unconfirmed: ' .. rule .. ': ' .. reason)
return { 'unconfirmed' }
