--[[
  Puts on record what a job cost, in the step that ends it, so that it is counted once: with its task (`cost` of its last
  job, `costTotal` of all its jobs in `costUnit`), in the sums of its batch and in the counters of its provider. Amounts
  are in the platform's own unit, and never added across providers or units.
  <batch>:cost  hash: 'sum:<provider>:<unit>' -> amount, 'tasks:<provider>:<unit>' -> how many tasks told one
]]
--@include tally
local function countCost(batch, inflight, task, amount, unit)
  if amount == '' then return end
  local costs, provider = batch .. ':cost', string.match(inflight, ':provider:([^:]+):inflight$') or ''
  if redis.call('HGET', task, 'costUnit') ~= unit then
    -- The first that it tells; or the platform bills in another unit since, and the old sum stands in the batch's.
    redis.call('HSET', task, 'costUnit', unit, 'costTotal', 0)
    redis.pcall('HINCRBY', costs, 'tasks:' .. provider .. ':' .. unit, 1)
  end
  redis.call('HSET', task, 'cost', amount)
  redis.pcall('HINCRBYFLOAT', task, 'costTotal', amount)
  redis.pcall('HINCRBYFLOAT', costs, 'sum:' .. provider .. ':' .. unit, amount)
  add(tallyBeside(inflight, 'inflight'), 'cost', unit, amount, 'HINCRBYFLOAT')
end
