-- Instead of a visitor nothing; how many at most, life of a lease.
local most, life = argument(), argument()
local time = now()
local orphans = redis.call('ZRANGEBYSCORE', 'fd:care', '-inf', time, 'LIMIT', 0, most)
for _, orphan in ipairs(orphans) do
  redis.call('ZADD', 'fd:care', time + tonumber(life), orphan)
end
table.insert(orphans, 1, 'OK')
return orphans
