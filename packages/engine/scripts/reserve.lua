--[[
  Reserves the provider's next slot for one launch or one read, on Redis's clock (GCRA without burst).
  A slot too far ahead is not given out: a caller that dies would waste it.

  KEYS[1] pace      theoretical arrival time of the next request, Unix ms with fractions
  KEYS[2] holds     the provider's holds
  KEYS[3] inflight  set of task ids launched and not ended
  KEYS[4] learned   hash {factor, at}: the share of the pace that the platform was seen to bear
  ARGV[1] scope         'launch' | 'read'
  ARGV[2] intervalMs    ms between two requests, fractions allowed
  ARGV[3] maxInFlight   tasks; looked at for launches only
  ARGV[4] lookAheadMs   the longest wait given out

  Returns {'go', waitMs} | {'probe', waitMs, kind} | {'later', waitMs} | {'full', inFlight} | {'held', kind, untilMs or -1, reason}
]]
--@include clock
--@include holds
--@include learned
local now = clock()
-- Whoever cannot go anyway must not use up the one probe of a hold.
if scope == 'launch' then
  local n = redis.call('SCARD', inflight)
  if n >= tonumber(maxInFlight) then return { 'full', n } end
  intervalMs = intervalMs / bearable(learned, now)
end
local tat = math.max(tonumber(redis.call('GET', pace) or '0'), now)
local wait = tat - now
if wait > tonumber(lookAheadMs) then return { 'later', math.ceil(wait - lookAheadMs) } end
local kind, hold, probed = activeHold(holds, scope, now)
if hold and kind ~= 'probe' then return { 'held', kind, hold.untilMs or -1, hold.reason } end
redis.call('SET', pace, string.format('%.3f', tat + intervalMs), 'PX', math.ceil(wait + intervalMs) + 60000)
if kind == 'probe' then return { 'probe', math.ceil(wait), probed } end
return { 'go', math.ceil(wait) }
