--[[
  Counters of a provider for the metrics, in the hash <provider>:tally: '<what> <process>' -> n, times in 'le' buckets, and
  'cost <unit>' -> amount.
  Beyond so many fields a process is counted as '*'. Trouble with a counter never touches the step.
]]
local mostFields = 3000
local bucketsMs = {
  answer = { 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000 },
  run = { 10000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000, 7200000, 14400000, 43200000 },
}

local function tallyBeside(key, name) return string.sub(key, 1, -#name - 1) .. 'tally' end

local function add(tally, what, process, n, by)
  local field = what .. ' ' .. process
  if redis.pcall('HEXISTS', tally, field) == 0 and redis.pcall('HLEN', tally) > mostFields then field = what .. ' *' end
  redis.pcall(by or 'HINCRBY', tally, field, n)
end

--[[ The process whose doubts (or launches) a key holds: <provider>:doubt:<process>. ]]
local function processOf(doubt) return string.match(doubt, '^.-:doubt:(.*)$') or '' end

local function countFor(inflight, what, process)
  if process ~= '' then add(tallyBeside(inflight, 'inflight'), what, process, 1) end
end

local function countTime(inflight, what, process, ms)
  if process == '' or ms < 0 then return end
  local tally, le = tallyBeside(inflight, 'inflight'), 'inf'
  for _, limit in ipairs(bucketsMs[what]) do
    if ms <= limit then le = tostring(limit) break end
  end
  add(tally, what .. ':' .. le, process, 1)
  add(tally, what .. ':sum', process, ms)
end

--[[ A hold is over: so long it was one. ]]
local function countHeld(holds, kind, hold, now)
  local over = now
  if hold.untilMs and not hold.probe then over = math.min(hold.untilMs, now) end
  redis.pcall('HINCRBY', tallyBeside(holds, 'holds'), 'held ' .. kind, math.max(0, over - hold.since))
end
