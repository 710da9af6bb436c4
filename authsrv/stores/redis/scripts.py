"""What must happen in one step in Redis, as Lua: one script changes one shard.

A session is a hash: ``a`` account, ``i`` id, ``d`` what never changes, ``n`` last seen, ``x``
expiry.  Numbers are text that Lua and Python read alike.  A hash is forgotten by Redis itself
only when it has been dead for long; two sorted sets list what there is, by expiry.
"""

#: Seconds that what is dead is still kept: the clocks of machines differ.
SLACK = 86400

# The one declared key is the list of a whole shard: all other names begin as it does.
_SHARED = """
local home = string.sub(KEYS[1], 1, -2)
local slack = SLACK
local function account_set(account) return home .. 'a:' .. account end
local function hash(key) return home .. 's:' .. key end
local function forget(key)
  local known = redis.call('HMGET', hash(key), 'a')
  redis.call('ZREM', home .. 'x', key)
  if not known[1] then return 0 end
  redis.call('DEL', hash(key))
  redis.call('ZREM', account_set(known[1]), key)
  return 1
end
local function keep(key, account, seen, expires)
  local left = math.max(0, tonumber(expires) - tonumber(seen)) + slack
  redis.call('EXPIRE', hash(key), math.ceil(left))
  redis.call('ZADD', home .. 'x', expires, key)
  local set = account_set(account)
  redis.call('ZADD', set, expires, key)
  if redis.call('TTL', set) < left then redis.call('EXPIRE', set, math.ceil(left)) end
end
local function save(key, account, id, rest, seen, expires)
  local before = redis.call('HGET', hash(key), 'a')
  -- The first that is written: a server that is full refuses a script at its first write or never.
  redis.call('HSET', hash(key), 'a', account, 'i', id, 'd', rest, 'n', seen, 'x', expires)
  if before and before ~= account then redis.call('ZREM', account_set(before), key) end
  -- What has been dead for long has perhaps left its name here.
  redis.call('ZREMRANGEBYSCORE', account_set(account), '-inf', tonumber(seen) - slack)
  keep(key, account, seen, expires)
end
local function listed(keys)
  local found = {}
  for _, key in ipairs(keys) do
    local row = redis.call('HMGET', hash(key), 'a', 'i', 'd', 'n', 'x')
    if row[1] then
      table.insert(found, key)
      for column = 1, 5 do table.insert(found, row[column] or '') end
    end
  end
  return found
end
""".replace("SLACK", str(SLACK))

#: Key, account, id, rest, last seen, expiry.
SAVE = _SHARED + "save(unpack(ARGV)) return 1"

#: Old key, then as for SAVE: whether there was an old one.
REPLACE = (
    _SHARED
    + """
local old, new = ARGV[1], ARGV[2]
if redis.call('EXISTS', hash(old)) == 0 then return 0 end
save(unpack(ARGV, 2))
if old ~= new then forget(old) end
return 1
"""
)

#: Key, last seen, expiry.  What was dead when it was seen stays dead; the later use stands.
TOUCH = (
    _SHARED
    + """
local key, seen, expires = ARGV[1], ARGV[2], ARGV[3]
local row = redis.call('HMGET', hash(key), 'a', 'n', 'x')
if not row[1] or tonumber(row[3]) <= tonumber(seen) then return 0 end
if tonumber(row[2]) > tonumber(seen) then seen = row[2] end
if tonumber(row[3]) > tonumber(expires) then expires = row[3] end
redis.call('HSET', hash(key), 'n', seen, 'x', expires)
keep(key, row[1], seen, expires)
return 1
"""
)

#: Key: whether there was one.
REVOKE = _SHARED + "return forget(ARGV[1])"

#: Account, id: whether it was the account's.
REVOKE_ONE = (
    _SHARED
    + """
for _, key in ipairs(redis.call('ZRANGE', account_set(ARGV[1]), 0, -1)) do
  if redis.call('HGET', hash(key), 'i') == ARGV[2] then return forget(key) end
end
return 0
"""
)

#: Account, the key to keep or nothing: how many.
REVOKE_ACCOUNT = (
    _SHARED
    + """
local ended = 0
for _, key in ipairs(redis.call('ZRANGE', account_set(ARGV[1]), 0, -1)) do
  if key ~= ARGV[2] then ended = ended + forget(key) end
end
return ended
"""
)

#: Account: key, account, id, rest, last seen and expiry of each.
LIST_ACCOUNT = _SHARED + "return listed(redis.call('ZRANGE', account_set(ARGV[1]), 0, -1))"

#: Expiry and key of the last one shown, how many: the same of those behind it.
LIST = (
    _SHARED
    + """
local all, expires, last = home .. 'x', ARGV[1], ARGV[2]
local from = redis.call('ZCOUNT', all, '-inf', '(' .. expires)
local score = redis.call('ZSCORE', all, last)
if score and tonumber(score) == tonumber(expires) then from = redis.call('ZRANK', all, last) + 1 end
return listed(redis.call('ZRANGE', all, from, from + tonumber(ARGV[3]) - 1))
"""
)

#: Now ("+inf": whenever), how many at most: how many names were taken off the list, and
#: how many sessions were forgotten with them.
SWEEP = (
    _SHARED
    + """
local dead = redis.call('ZRANGEBYSCORE', home .. 'x', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
local ended = 0
for _, key in ipairs(dead) do ended = ended + forget(key) end
return {#dead, ended}
"""
)

#: A hash's field, what it must be ("" for absent), what it shall be ("" for absent), and seconds
#: it is kept at least: whether it was so.
SWAP = """
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  if redis.call('TTL', KEYS[1]) < tonumber(ARGV[4]) then
    redis.call('EXPIRE', KEYS[1], ARGV[4])
  end
end
return 1
"""

#: A hash, all of it: how many fields there were.
RESET = """
local fields = redis.call('HLEN', KEYS[1])
redis.call('DEL', KEYS[1])
return fields
"""
