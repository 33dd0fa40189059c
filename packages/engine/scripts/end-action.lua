--[[
  Ends an action, once, and writes what came of it into the audit log. Stopped by a person: what is left is left as it is.

  KEYS[1] action  hash: the action
  KEYS[2] open    zset: action id -> when it was begun, Unix ms
  KEYS[3] audit   stream of what people did
  KEYS[4] ended   set of batches that ended and are to be reported
  KEYS...         three for each batch: the tasks that were chosen of it, the batch, its counts
  ARGV[1] id      of the action
  ARGV[2] state   'done' | 'failed' | 'stopped'
  ARGV[3] error   in words; empty unless it failed
  ARGV[4] most    entries that the audit log keeps, about
  ARGV[5] keepMs  so long the action is known
  ARGV[6] by      who stopped it, and …
  ARGV[7] role    … of theirs, and …
  ARGV[8] why     … in words; empty where nobody did

  Returns 1 | 0
]]
--@include clock
--@include move
redis.call('ZREM', open, id)
if redis.call('HGET', action, 'state') ~= 'running' then return 0 end
local now = clock()
redis.call('HSET', action, 'state', state, 'endedAt', now, 'error', error)
redis.call('PEXPIRE', action, keepMs)
for i = 5, #KEYS, 3 do
  local chosen, batch, counts = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  redis.call('DEL', chosen)
  local kept = redis.call('SREM', redrivesOf(batch), id) == 1
  if kept and redis.call('HEXISTS', batch, 'endedAt') == 0 then endIfOver(batch, counts, ended, now) end
end
local who, its, kind, target, looked, changed = unpack(redis.call('HMGET', action, 'who', 'role', 'action', 'words', 'looked', 'changed'))
if by ~= '' then who, its = by, role end
local outcome = state
if state == 'failed' then outcome = 'failed: ' .. error end
redis.call('XADD', audit, 'MAXLEN', '~', most, '*', 'event', 'ended', 'who', who, 'role', its, 'action', kind, 'actionId', id,
  'target', target, 'why', why, 'changed', changed, 'skipped', looked - changed, 'outcome', outcome)
return 1
