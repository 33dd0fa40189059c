--[[
  Takes one task that ended badly or was parked back to the queue, with its next drive. What succeeded or still runs is
  never touched.

  KEYS[1] batch   hash: what is known of the batch
  KEYS[2] grid    a byte a task: its phase
  KEYS[3] counts  hash: phase byte -> number of tasks
  KEYS[4] ended   set of batches that ended and are to be reported
  KEYS[5] due     zset: task id -> when to look at it, Unix ms
  KEYS[6] task    hash: the task
  ARGV[1] index   its place in the grid
  ARGV[2] id      of the task
  ARGV[3] by      who asked

  Returns 1 | 0 (it is in no phase to be taken back from)
]]
--@include clock
--@include move
--@include redrive
local at = phase(grid, index)
if not string.find('fxcp', at, 1, true) then return 0 end
redriveOne(batch, grid, counts, ended, due, task, id, index, at, clock(), 'queued: redriven by ' .. by .. ' (was ' .. names[at] .. ')')
redis.call('HDEL', batch, 'cancelledAt')
return 1
