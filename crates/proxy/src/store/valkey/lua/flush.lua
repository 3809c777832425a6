-- A write that changes nothing that matters.
redis.call('HSET', 'fd:meta', 'flushed', now())
return {'OK'}
