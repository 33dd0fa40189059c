--[[
  Tells, once for each batch, that its deadline is out of reach.

  KEYS[1] batch    hash: what is known of the batch
  KEYS[2] notices  stream of what people are told
  ARGV[1] atMs    Unix ms
  ARGV[2] notice  JSON

  Returns 1 | 0 where it was told already, or the batch has ended
]]
if redis.call('HEXISTS', batch, 'acceptedAt') == 0 or redis.call('HEXISTS', batch, 'endedAt') == 1 then return 0 end
if redis.call('HSETNX', batch, 'deadlineTold', atMs) == 0 then return 0 end
redis.pcall('XADD', notices, 'MAXLEN', 1000, '*', 'notice', notice)
return 1
