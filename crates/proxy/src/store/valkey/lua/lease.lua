-- role, holder, its life in milliseconds, whether its holder looks after the visitor 0 or 1, and for how many milliseconds
-- whoever held it before comes first although its time is over.
if not rev then return {'GONE'} end
local role, holder, life, cares = argument(), argument(), argument(), argument()
local polite = tonumber(argument())
local holder_field, until_field = role .. ':h', role .. ':u'
local generation_field, wanted_field = role .. ':g', role .. ':w'
local row = redis.call('HMGET', lease_key, holder_field, until_field, generation_field, wanted_field)
local time = now()
local ends = time + tonumber(life)
local generation, wanted = row[3], '0'
if row[1] == holder then
  redis.call('HSET', lease_key, until_field, ends)
  if row[4] then
    redis.call('HDEL', lease_key, wanted_field)
    wanted = '1'
  end
elseif row[1] and (tonumber(row[2]) > time or polite > 0) then
  if not row[4] then redis.call('HSET', lease_key, wanted_field, '1') end
  tell('wanted', role)
  return {'TAKEN', tostring(math.max(tonumber(row[2]) - time, polite)), rev}
else
  generation = tostring(redis.call('HINCRBY', lease_key, 'g', 1))
  redis.call('HSET', lease_key, holder_field, holder, until_field, ends, generation_field, generation)
  redis.call('HDEL', lease_key, wanted_field)
  tell('leased', role)
end
if cares == '1' then redis.call('ZADD', 'fd:care', 'XX', 'GT', ends, id) end
return {'HELD', generation, rev, wanted}
