--[[
  Begins an action that was previewed, and writes it into the audit log, in one step. Begun once: a second call is told so.

  KEYS[1] action  hash: the action as previewed
  KEYS[2] open    zset: action id -> when it was begun, Unix ms
  KEYS[3] audit   stream of what people did
  KEYS...         the tasks that were chosen
  ARGV[1] id       of the action
  ARGV[2] who      name
  ARGV[3] role     of theirs
  ARGV[4] why      in words
  ARGV[5] wanted   digest of what is to be done
  ARGV[6] most     entries that the audit log keeps, about
  ARGV[7] keepMs   so long the action is known, should nobody carry it out

  Returns 'begun' | 'known' | 'gone' | 'other' (it was previewed for somebody else, or as something else)
]]
--@include clock
local state, was, by, kind, target, tasks = unpack(redis.call('HMGET', action, 'state', 'wanted', 'who', 'action', 'words', 'tasks'))
if not state then return 'gone' end
if was ~= wanted or by ~= who then return 'other' end
if state ~= 'previewed' then return 'known' end
local now = clock()
redis.call('HSET', action, 'state', 'running', 'why', why, 'role', role, 'begunAt', now, 'cursor', '0:0', 'looked', 0, 'changed', 0)
redis.call('PEXPIRE', action, keepMs)
for i = 4, #KEYS do redis.call('PEXPIRE', KEYS[i], keepMs) end
redis.call('ZADD', open, now, id)
redis.call('XADD', audit, 'MAXLEN', '~', most, '*', 'event', 'begun', 'who', who, 'role', role, 'action', kind,
  'actionId', id, 'target', target, 'why', why, 'tasks', tasks)
return 'begun'
