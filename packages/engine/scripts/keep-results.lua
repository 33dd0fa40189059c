--[[
  Keeps what a remote job offers with its task, as long as it is still that task's job.

  KEYS[1] task      hash: what is known of the task
  ARGV[1] remoteId  the job that was asked about
  ARGV[2] results   what it offers, JSON

  Returns 1 | 0 (the task has another job by now)
]]
if redis.call('HGET', task, 'remoteId') ~= remoteId then return 0 end
redis.call('HSET', task, 'results', results)
return 1
