--[[
  Ends an action, once, and writes what came of it into the audit log.

  KEYS[1] action  hash: the action
  KEYS[2] open    zset: action id -> when it was begun, Unix ms
  KEYS[3] audit   stream of what people did
  KEYS...         the tasks that were chosen
  ARGV[1] id      of the action
  ARGV[2] state   'done' | 'failed'
  ARGV[3] error   in words; empty where it is done
  ARGV[4] most    entries that the audit log keeps, about
  ARGV[5] keepMs  so long the action is known

  Returns 1 | 0
]]
--@include clock
redis.call('ZREM', open, id)
if redis.call('HGET', action, 'state') ~= 'running' then return 0 end
redis.call('HSET', action, 'state', state, 'endedAt', clock(), 'error', error)
redis.call('PEXPIRE', action, keepMs)
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
local who, role, kind, target, looked, changed = unpack(redis.call('HMGET', action, 'who', 'role', 'action', 'words', 'looked', 'changed'))
redis.call('XADD', audit, 'MAXLEN', '~', most, '*', 'event', 'ended', 'who', who, 'role', role, 'action', kind, 'actionId', id,
  'target', target, 'changed', changed, 'skipped', looked - changed, 'outcome', state == 'done' and state or state .. ': ' .. error)
return 1
