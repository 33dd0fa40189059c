--[[
  Revokes a token, and writes so into the audit log, in one step.

  KEYS[1] tokens  hash: token id -> JSON
  KEYS[2] used    hash: token id -> when it was last used, Unix ms
  KEYS[3] audit   stream of what people did
  ARGV[1] id    of the token
  ARGV[2] who   revokes it
  ARGV[3] role  of theirs
  ARGV[4] most  entries that the audit log keeps, about

  Returns 1 | 0 (there is no such token)
]]
local json = redis.call('HGET', tokens, id)
if not json then return 0 end
local token = cjson.decode(json)
redis.call('HDEL', tokens, id)
redis.call('HDEL', used, id)
redis.call('XADD', audit, 'MAXLEN', '~', most, '*', 'event', 'token-revoked', 'who', who, 'role', role,
  'target', string.format('token %s (%s, %s)', id, token.name, token.role))
return 1
