-- Instead of a visitor the hash of the ticket.
local key = 'fd:k:' .. id
local slip = redis.call('HGET', key, 'slip')
redis.call('DEL', key)
if slip then return {'OK', slip} end
return {'OK'}
