--[[
  Moves one task from one phase to another: grid byte, counters and the batch's end change together, or not at all.
  A batch has ended when nothing in it can still happen by itself; `ended` then holds its id until its results are written.
]]
local function move(batch, grid, counts, ended, index, from, to, now)
  redis.call('SETRANGE', grid, index, to)
  redis.call('HINCRBY', counts, from, -1)
  redis.call('HINCRBY', counts, to, 1)
  local open = 0
  for _, n in ipairs(redis.call('HMGET', counts, 'q', 'l', 'u', 'r')) do open = open + tonumber(n or 0) end
  if open == 0 then
    redis.call('HSET', batch, 'endedAt', now)
    redis.call('SADD', ended, redis.call('HGET', batch, 'id'))
  elseif redis.call('HDEL', batch, 'endedAt') == 1 then
    redis.call('SREM', ended, redis.call('HGET', batch, 'id'))
  end
end

--[[ Appends a line to the task's own history, the newest 4,000 characters of it. ]]
local function note(task, now, text)
  local history = (redis.call('HGET', task, 'history') or '') .. string.format('%d %s\n', now, (string.gsub(text, '%c', ' ')))
  if #history > 4000 then history = string.match(history, '\n(.*)', #history - 4000) or '' end
  redis.call('HSET', task, 'history', history)
end

local function phase(grid, index) return redis.call('GETRANGE', grid, index, index) end

local names = { q = 'queued', l = 'launching', u = 'unconfirmed', r = 'running', s = 'succeeded', f = 'failed', c = 'cancelled', x = 'expired', p = 'parked' }
