--[[
  Renews claims on tasks that take longer than a claim holds. One that ran out and was made by another since is not.

  KEYS[1] due      zset: task id -> when to look at it, Unix ms
  ARGV[1] leaseMs  ms
  ARGV...          for each claim: id, score

  Returns {score, id...}: the claims that hold on, by their new score
]]
--@include clock
local score = clock() + leaseMs
local kept = {}
for i = 2, #ARGV, 2 do
  local id, held = ARGV[i], redis.call('ZSCORE', due, ARGV[i])
  if held and tonumber(held) == tonumber(ARGV[i + 1]) then
    redis.call('ZADD', due, score, id)
    kept[#kept + 1] = id
  end
end
return { score, unpack(kept) }
