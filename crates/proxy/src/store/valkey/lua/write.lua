-- revision after the change, nonce, role and generation of the lease or '', unfinished 0 or 1, life of a lease, record,
-- floor, most codes, then four lists: events, rewritten events, intents, codes, handles, ids of dropped handles.
if not rev then return {'GONE'} end
local after, nonce, role, generation = argument(), argument(), argument(), argument()
local unfinished, life, record, floor, most = argument(), argument(), argument(), argument(), argument()
-- The last eight writes are known, so that one whose answer got lost may come again.
local slot = 'w' .. (tonumber(after) % 8)
if redis.call('HGET', record_key, slot) == nonce then return {'OK'} end
if role ~= '' and redis.call('HGET', lease_key, role .. ':g') ~= generation then return {'FENCED'} end
if tonumber(rev) + 1 ~= tonumber(after) then return {'CONFLICT'} end
local events, intents, codes, handles = 'fd:e:' .. id, 'fd:i:' .. id, 'fd:c:' .. id, 'fd:h:' .. id
for _ = 1, tonumber(argument()) do
  local seq = argument()
  redis.call('ZADD', events, seq, argument())
end
for _ = 1, tonumber(argument()) do
  local seq = argument()
  redis.call('ZREMRANGEBYSCORE', events, seq, seq)
  redis.call('ZADD', events, seq, argument())
end
redis.call('ZREMRANGEBYSCORE', events, '-inf', '(' .. floor)
for _ = 1, tonumber(argument()) do
  local key = argument()
  redis.call('HSET', intents, key, argument())
end
for _ = 1, tonumber(argument()) do
  redis.call('RPUSH', codes, argument())
end
redis.call('LTRIM', codes, '-' .. most, -1)
for _ = 1, tonumber(argument()) do
  local key = argument()
  redis.call('HSET', handles, key, argument())
end
for _ = 1, tonumber(argument()) do
  redis.call('HDEL', handles, argument())
end
redis.call('HSET', record_key, 'rev', after, 'record', record, slot, nonce)
if unfinished == '1' then
  redis.call('ZADD', 'fd:care', 'NX', now() + tonumber(life), id)
else
  redis.call('ZREM', 'fd:care', id)
end
tell('written', after)
return {'OK'}
