--[[
  Claims tasks that are due, for `leaseMs`: their score becomes the lease's end, and only a caller who finds that score
  unchanged may settle. A sweeper that dies costs a second look, never a lost one.

  KEYS[1] due      zset: task id -> when to look at it, Unix ms
  ARGV[1] limit    tasks at most
  ARGV[2] leaseMs  ms

  Returns {score, nextDueMs, id...}: nextDueMs is the ms until the next task is due, -1 where there is none
]]
--@include clock
local now = clock()
local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)
local score = now + leaseMs
if #ids > 0 then
  local args = {}
  for _, id in ipairs(ids) do
    args[#args + 1] = score
    args[#args + 1] = id
  end
  redis.call('ZADD', due, 'XX', unpack(args))
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
local nextDue = -1
if first[2] then nextDue = math.max(0, math.ceil(tonumber(first[2]) - now)) end
return { score, nextDue, unpack(ids) }
