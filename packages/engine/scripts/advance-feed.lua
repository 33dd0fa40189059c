--[[
  Moves the feeder's cursor in a batch, if nobody moved it meanwhile (a redrive sets it back and changes its epoch).

  KEYS[1] feed    zset: batch id -> rank, of the batches with tasks still to be put into the queue
  KEYS[2] cursor  hash: provider -> 'epoch:index'
  ARGV[1] id        batch id
  ARGV[2] provider  provider's name
  ARGV[3] was       the cursor as it was read
  ARGV[4] index     the next index to be looked at; -1: the batch has been walked to its end

  Returns 1 | 0
]]
if (redis.call('HGET', cursor, provider) or '0:0') ~= was then return 0 end
local epoch = string.match(was, '^(%d+):')
if index == '-1' then
  redis.call('ZREM', feed, id)
  redis.call('HSET', cursor, provider, epoch .. ':0')
else
  redis.call('HSET', cursor, provider, epoch .. ':' .. index)
end
return 1
