-- hash of the credential, desk, end of the session, record.
local hash, desk, expires, record = argument(), argument(), argument(), argument()
redis.call('HSET', 'fd:s:' .. hash, 'visitor', id, 'desk', desk, 'expires', expires)
redis.call('HSET', record_key, 'rev', '0', 'record', record, 'session', hash)
redis.call('SADD', 'fd:visitors', id)
return {'OK'}
