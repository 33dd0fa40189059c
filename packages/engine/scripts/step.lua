--[[
  Puts on record how far a launch has got, and takes the slot of its next request that changes something. Holds are not
  looked at: a launch under way goes on to its end.

  KEYS[1] lock     the queue's lock on this task's job
  KEYS[2] grid     a byte a task: its phase
  KEYS[3] task     hash: what is known of the task
  KEYS[4] recent   list: when the last launches were sent, newest first, Unix ms
  KEYS[5] pace     theoretical arrival time of the next launch, Unix ms with fractions
  KEYS[6] learned  hash {factor, at}: the share of the pace that the platform was seen to bear
  ARGV[1] token       the caller's lock token
  ARGV[2] index       the task's place in the grid
  ARGV[3] attempt     the launch that is under way …
  ARGV[4] intentAt    … and when it was intended, Unix ms
  ARGV[5] made        what its last request made; empty: nothing new
  ARGV[6] burst       launches allowed …
  ARGV[7] windowMs    … in any window of this length
  ARGV[8] intervalMs  ms between two launches, fractions allowed

  Returns {'go'} | {'wait', ms} | {'moved'}: 'moved', nothing more may be sent
]]
--@include clock
--@include move
--@include learned
--@include window
local now = clock()
if phase(grid, index) ~= 'l' or not isSame(task, attempt, intentAt) or redis.call('GET', lock) ~= token then
  return { 'moved' }
end
-- Whoever waits asks again, with the same.
local step = attempt .. ' ' .. made
if made ~= '' and redis.call('HGET', task, 'step') ~= step then
  redis.call('HSET', task, 'step', step)
  note(task, now, 'begun: ' .. made)
end
-- What has been sent makes this one wait; slots that others hold for later move back by one instead.
local wait = windowWait(recent, burst, windowMs, now)
if wait > 0 then return { 'wait', wait } end
noteSent(recent, burst, now)
local tat = tonumber(redis.call('GET', pace) or '0')
intervalMs = intervalMs / bearable(learned, now)
redis.call('SET', pace, string.format('%.3f', math.max(tat, now) + intervalMs), 'PX', math.ceil(math.max(tat - now, 0) + intervalMs) + 60000)
return { 'go' }
