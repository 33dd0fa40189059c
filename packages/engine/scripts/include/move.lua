--@include notice

--[[ Its keys (<prefix>:notices, :underway, :quiet-since) stand beside `ended` (<prefix>:ended). ]]
local quietMs = 30 * 60 * 1000

--[[ A night starts with the first launch after a while in which no batch was under way. ]]
local function noteUnderway(base, batch, now)
  local id, name, file, tasks, providers = unpack(redis.call('HMGET', batch, 'id', 'name', 'file', 'tasks', 'providers'))
  if not id or redis.pcall('HSETNX', base .. 'underway', id, now) ~= 1 then return end
  if redis.pcall('HLEN', base .. 'underway') ~= 1 then return end
  local quietSince = tonumber(redis.pcall('GET', base .. 'quiet-since'))
  if quietSince and now - quietSince < quietMs then return end
  local used, seen = {}, {}
  for _, provider in ipairs(cjson.decode(providers or '[]')) do
    if not seen[provider] then used[#used + 1] = provider end
    seen[provider] = true
  end
  tell(base .. 'notices', { kind = 'night-started', batch = id, atMs = now, facts = {
    name = name or nil, file = file or nil, tasks = tonumber(tasks), providers = #used > 0 and used or nil,
  } })
end

local function noteEnd(base, batch, counts, now)
  local id, name, file, tasks, acceptedAt, cancelledAt =
    unpack(redis.call('HMGET', batch, 'id', 'name', 'file', 'tasks', 'acceptedAt', 'cancelledAt'))
  if not id then return end
  local launchedAt = tonumber(redis.pcall('HGET', base .. 'underway', id))
  redis.pcall('HDEL', base .. 'underway', id)
  if redis.pcall('HLEN', base .. 'underway') == 0 then redis.pcall('SET', base .. 'quiet-since', now) end
  local flat, n = redis.call('HGETALL', counts), {}
  for i = 1, #flat, 2 do n[flat[i]] = tonumber(flat[i + 1]) end
  tell(base .. 'notices', { kind = 'batch-ended', batch = id, atMs = now, facts = {
    name = name or nil, file = file or nil, tasks = tonumber(tasks), counts = n, acceptedAtMs = tonumber(acceptedAt),
    launchedAtMs = launchedAt, cancelled = cancelledAt and true or nil,
  } })
end

--[[ Counts what happens, by the minute (by the hour where a batch goes on for weeks): <batch>:timeline. ]]
local mostMinutes = 20000
local function noteTime(batch, to, now)
  if to == 'q' then return end
  local timeline = batch .. ':timeline'
  local width = redis.pcall('HLEN', timeline) > mostMinutes and 3600 or 60
  redis.pcall('HINCRBY', timeline, string.format('%d%s', math.floor(now / 1000 / width) * width, to), 1)
end

--[[
  When each task last moved, 4 bytes a task beside the grid: <batch>:moved, Unix seconds, big-endian; 0: not known.
  Trouble with it never touches the step.
]]
local function noteMoved(batch, index, now)
  redis.pcall('SETRANGE', batch .. ':moved', index * 4, struct.pack('>I4', math.floor(now / 1000)))
end

--[[ Redrives with a pace of their own that take tasks of the batch back by and by: <batch>:redrives, ids of actions. ]]
local function redrivesOf(batch) return batch .. ':redrives' end

--[[
  A batch has ended when nothing in it can still happen by itself; `ended` then holds its id until its results are written.
]]
local function endIfOver(batch, counts, ended, now)
  local open = redis.call('SCARD', redrivesOf(batch))
  for _, n in ipairs(redis.call('HMGET', counts, 'q', 'l', 'u', 'r')) do open = open + tonumber(n or 0) end
  if open > 0 then return false end
  local base = string.sub(ended, 1, -#'ended' - 1)
  if redis.call('HEXISTS', batch, 'endedAt') == 0 then noteEnd(base, batch, counts, now) end
  redis.call('HSET', batch, 'endedAt', now)
  redis.call('SADD', ended, redis.call('HGET', batch, 'id'))
  return true
end

--[[ Moves one task from one phase to another: grid byte, counters and the batch's end change together, or not at all. ]]
local function move(batch, grid, counts, ended, index, from, to, now)
  local base = string.sub(ended, 1, -#'ended' - 1)
  redis.call('SETRANGE', grid, index, to)
  redis.call('HINCRBY', counts, from, -1)
  redis.call('HINCRBY', counts, to, 1)
  noteTime(batch, to, now)
  noteMoved(batch, index, now)
  if to == 'l' then noteUnderway(base, batch, now) end
  if not endIfOver(batch, counts, ended, now) and redis.call('HDEL', batch, 'endedAt') == 1 then
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

--[[ Whether the task's last launch is the one that the caller means. ]]
local function isSame(task, attempt, intentAt)
  local last, at = unpack(redis.call('HMGET', task, 'attempt', 'intentAt'))
  return last == attempt and (intentAt == '' or at == intentAt)
end
