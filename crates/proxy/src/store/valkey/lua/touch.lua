-- Instead of a visitor the hash of the credential; end of the session.
local key, expires = 'fd:s:' .. id, argument()
local known = redis.call('HGET', key, 'expires')
if known and tonumber(known) < tonumber(expires) then redis.call('HSET', key, 'expires', expires) end
return {'OK'}
