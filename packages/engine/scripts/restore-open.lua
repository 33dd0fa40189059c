--[[
  Opens a batch that our record was lost of, whose processes and zones are already written. Its tasks stand as queued and
  are not fed; no intent is given for them while the batch is `recovering`.

  KEYS[1] batches  zset: batch id -> when it was accepted, Unix ms
  KEYS[2] batch    hash: what is known of the batch
  KEYS[3] grid     a byte a task: its phase
  KEYS[4] counts   hash: phase byte -> number of tasks
  ARGV[1] id          batch id
  ARGV[2] tasks       number of tasks
  ARGV[3] priority    higher goes first
  ARGV[4] acceptedAt  as far as it is known, Unix ms; -1: now
  ARGV...             field, value: the rest of what is known

  Returns {'recovering', sinceMs} | {'known'}: opened now or by an earlier recovery that was not completed, or known whole
]]
--@include clock
local now = clock()
if redis.call('HEXISTS', batch, 'acceptedAt') == 1 then
  local since = redis.call('HGET', batch, 'recovering')
  return since and { 'recovering', tonumber(since) } or { 'known' }
end
local accepted = acceptedAt == '-1' and now or math.min(now, tonumber(acceptedAt))
redis.call('SET', grid, string.rep('q', tonumber(tasks)))
redis.call('HSET', counts, 'q', tasks)
redis.call('HSET', batch, 'id', id, 'tasks', tasks, 'priority', priority, 'acceptedAt', accepted, 'recovering', now, unpack(ARGV, 5))
redis.call('ZADD', batches, accepted, id)
return { 'recovering', now }
