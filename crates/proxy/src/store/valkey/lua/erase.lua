-- Only if the session has ended by this time; '' in any case.
if not rev then return {'OK'} end
local ended = argument()
local hash = redis.call('HGET', record_key, 'session')
if ended ~= '' then
  local expires = redis.call('HGET', 'fd:s:' .. hash, 'expires')
  if expires and tonumber(expires) > tonumber(ended) then return {'OK'} end
end
redis.call('DEL', 'fd:s:' .. hash, record_key, lease_key, 'fd:e:' .. id, 'fd:i:' .. id, 'fd:c:' .. id, 'fd:h:' .. id)
local ticket = redis.call('GET', 'fd:a:' .. id)
if ticket then redis.call('DEL', ticket, 'fd:a:' .. id) end
redis.call('SREM', 'fd:visitors', id)
redis.call('ZREM', 'fd:care', id)
tell('erased', '0')
return {'OK'}
