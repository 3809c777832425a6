-- role, generation.
local role, generation = argument(), argument()
if redis.call('HGET', lease_key, role .. ':g') ~= generation then return {'OK'} end
redis.call('HDEL', lease_key, role .. ':h', role .. ':u', role .. ':g', role .. ':w')
if role == 'poll' then redis.call('ZADD', 'fd:care', 'XX', now(), id) end
tell('released', role)
return {'OK'}
