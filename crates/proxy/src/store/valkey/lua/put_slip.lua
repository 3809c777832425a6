-- hash of the ticket, whether the visitor has one at a time 0 or 1, what it is good for, its life in milliseconds.
local key, alone, slip, life = 'fd:k:' .. argument(), argument(), argument(), argument()
local whose = redis.call('HGET', key, 'visitor')
if whose and whose ~= id then return {'REFUSED'} end
if alone == '1' then
  local before = redis.call('GET', 'fd:a:' .. id)
  if before then redis.call('DEL', before) end
  redis.call('SET', 'fd:a:' .. id, key, 'PX', life)
end
redis.call('HSET', key, 'visitor', id, 'slip', slip)
redis.call('PEXPIRE', key, life)
return {'OK'}
