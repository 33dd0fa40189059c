--[[
  Ends an action, once, and writes what came of it into the audit log. Stopped by a person: what is left is left as it is.

  KEYS[1] action  hash: the action
  KEYS[2] open    zset: action id -> when it was begun, Unix ms
  KEYS[3] audit   stream of what people did
  KEYS...         the tasks that were chosen
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
redis.call('ZREM', open, id)
if redis.call('HGET', action, 'state') ~= 'running' then return 0 end
redis.call('HSET', action, 'state', state, 'endedAt', clock(), 'error', error)
redis.call('PEXPIRE', action, keepMs)
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
local who, its, kind, target, looked, changed = unpack(redis.call('HMGET', action, 'who', 'role', 'action', 'words', 'looked', 'changed'))
if by ~= '' then who, its = by, role end
local outcome = state
if state == 'failed' then outcome = 'failed: ' .. error end
redis.call('XADD', audit, 'MAXLEN', '~', most, '*', 'event', 'ended', 'who', who, 'role', its, 'action', kind, 'actionId', id,
  'target', target, 'why', why, 'changed', changed, 'skipped', looked - changed, 'outcome', outcome)
return 1
