-- revision after the change, record. The journal and the handles go.
local after, record = argument(), argument()
if not rev or tonumber(rev) + 1 ~= tonumber(after) then return {'OK'} end
redis.call('DEL', 'fd:e:' .. id, 'fd:h:' .. id)
redis.call('HSET', record_key, 'rev', after, 'record', record)
tell('written', after)
return {'OK'}
