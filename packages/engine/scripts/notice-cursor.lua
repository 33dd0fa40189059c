--[[
  Notes what came of a try to deliver notices, if the channel's cursor still stands where the try began: a herald that
  wakes up late cannot set it back.

  KEYS[1] channel  hash {cursor, failingSince, dropped}
  ARGV[1] was      the cursor when the try began
  ARGV[2] cursor   where it stands now: behind what was sent, or given up
  ARGV[3] outcome  'sent' | 'skipped' | 'failed'
  ARGV[4] dropped  notices given up by this try

  Returns 1 | 0
]]
--@include clock
if redis.call('HGET', channel, 'cursor') ~= was then return 0 end
redis.call('HSET', channel, 'cursor', cursor)
if outcome == 'sent' then
  redis.call('HDEL', channel, 'failingSince', 'dropped')
elseif outcome == 'failed' then
  redis.call('HSETNX', channel, 'failingSince', clock())
  if dropped ~= '0' then redis.call('HINCRBY', channel, 'dropped', dropped) end
end
return 1
