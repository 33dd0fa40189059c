--[[
  Lets the feeder walk a batch once more from its beginning: some of its tasks are queued again, or were lost by the queue.
  Jobs that are in the queue already are not doubled: their id is the task's.

  KEYS[1] batch   hash: what is known of the batch
  KEYS[2] feed    zset: batch id -> rank, of the batches with tasks still to be put into the queue
  KEYS[3] cursor  hash: provider -> 'epoch:index'
  ARGV[1] id        batch id
  ARGV[2] provider  provider's name

  Returns 1
]]
--@include clock
local epoch = string.match(redis.call('HGET', cursor, provider) or '0:0', '^(%d+):')
redis.call('HSET', cursor, provider, (epoch + 1) .. ':0')
redis.call('ZADD', feed, clock() - (redis.call('HGET', batch, 'priority') or 0) * 1e13, id)
return 1
