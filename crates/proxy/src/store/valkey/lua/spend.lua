-- Instead of a visitor the hash of the token's number. What it is used for, until when in epoch milliseconds.
local key, pass, over = 'fd:j:' .. id, argument(), argument()
if redis.call('EXISTS', key) == 1 then return {'USED'} end
redis.call('SET', key, pass)
redis.call('PEXPIREAT', key, over)
return {'OK'}
