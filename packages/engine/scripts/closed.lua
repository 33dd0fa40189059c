--[[
  Forgets when to look at a task, once its end stands on the board as well. A task that was redriven meanwhile stays due.

  KEYS[1] grid  a byte a task: its phase
  KEYS[2] due   zset: task id -> when to look at it, Unix ms
  ARGV[1] id     task id
  ARGV[2] index  the task's place in the grid

  Returns 1 | 0
]]
local at = redis.call('GETRANGE', grid, index, index)
if not string.find('qsfcxp', at, 1, true) then return 0 end
return redis.call('ZREM', due, id)
