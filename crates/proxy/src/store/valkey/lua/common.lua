-- KEYS[1]: the channel of news. ARGV[1]: the mark of this store. ARGV[2]: the visitor.
if redis.call('HGET', 'fd:meta', 'made') ~= ARGV[1] then return {'EMPTY'} end
local id = ARGV[2]
local record_key, lease_key = 'fd:v:' .. id, 'fd:l:' .. id
local rev = redis.call('HGET', record_key, 'rev')
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function tell(what, detail)
  redis.call('PUBLISH', KEYS[1], what .. ' ' .. detail .. ' ' .. id)
end
local next_argument = 2
local function argument()
  next_argument = next_argument + 1
  return ARGV[next_argument]
end
