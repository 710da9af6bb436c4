"""Very many sessions, written by the stores' own statements, but without waiting for the disk.

What the browsers hold is not kept anywhere: who knows the number of a session knows its token.
"""

import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from twisted.internet.defer import execute

from authsrv.core.accounts import Account
from authsrv.core.sessions import Device, Session
from authsrv.core.tokens import Token, issue, shard
from authsrv.stores.open import open_accounts
from authsrv.stores.redis import keys, scripts
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.sessions import redis as far
from authsrv.stores.sessions import rows
from authsrv.stores.sessions import sqlite as near
from authsrv.stores.sqlite import open_file
from authsrv.wiring.direct import run
from benchmarks.errors import CannotMeasure
from benchmarks.redisserver import RedisServer

#: The accounts that the sessions are of, in turn.
ACCOUNTS = 1000
#: What express-session keeps in Redis through connect-redis: one text a session.
_OTHER = (
    b'{"cookie":{"originalMaxAge":86400000,"expires":"2030-01-01T00:00:00.000Z","secure":true,'
    b'"httpOnly":true,"path":"/"},"account":"account0001"}'
)
_DEVICE = Device("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox")
_DAY = 86400
#: Their last use lies ahead by so many seconds, so that none is noted while they are measured.
_AHEAD = 3600.0
_WITHIN = 300.0


def token_of(number: int) -> Token:
    """What the browser of session *number* holds."""
    return issue(_digest(number))


def add_accounts(url: str) -> None:
    """The accounts that :func:`sessions` speaks of, in the store at *url*."""
    accounts = open_accounts(url, execute)
    for number in range(ACCOUNTS):
        name = _account(number)
        run(accounts.add(Account(id=name, name=name, created_at=time.time()), name))
    run(accounts.close())


def fill_sqlite(path: Path, count: int) -> None:
    """*count* sessions in a new file."""
    connection = open_file(path, SESSION_FILE)
    for setting in ("synchronous = OFF", "cache_size = -600000", "wal_autocheckpoint = 0"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN")
    # The store's own statement, though not meant for others: this is what it would have written.
    columns = ((*rows.row_of(each, each.expires_at), key) for key, each in _sessions(count))
    connection.executemany(near._PUT, columns)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def fill_redis(server: RedisServer, count: int) -> None:
    """*count* sessions in a Redis, by the store's own script."""
    digest = server.client().script_load(scripts.SAVE).encode("ascii")
    _pipe(server, (_saving(digest, key, each) for key, each in _sessions(count)))


def fill_with_others(server: RedisServer, count: int) -> None:
    """*count* sessions as connect-redis keeps them."""
    life = b"%d" % _DAY
    names = (b"sess:" + _digest(number).hex()[:32].encode("ascii") for number in range(count))
    _pipe(server, (encoded(b"SET", name, _OTHER, b"EX", life) for name in names))


def _saving(digest: bytes, key: bytes, session: Session) -> bytes:
    values = map(far._argument, far._values(key, session, session.expires_at))
    parts = (each.encode("utf-8") if isinstance(each, str) else each for each in values)
    return encoded(b"EVALSHA", digest, b"1", keys.expiry(shard(key)), *parts)


def _sessions(count: int) -> Iterator[tuple[bytes, Session]]:
    now = time.time()
    for number in range(count):
        session = Session(
            id=_digest(number)[:8].hex(),
            account_id=_account(number % ACCOUNTS),
            epoch=0,
            created_at=now,
            authenticated_at=now,
            last_seen=now + _AHEAD,
            lifetime=30.0 * _DAY,
            idle=None,
            remember=True,
            device=_DEVICE,
        )
        yield token_of(number).key, session


def _account(number: int) -> str:
    return f"account{number:04}"


def _digest(number: int) -> bytes:
    return sha256(b"%d" % number).digest()


def encoded(*parts: bytes) -> bytes:
    """One command as Redis reads it (RESP)."""
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)


def _pipe(server: RedisServer, commands: Iterable[bytes]) -> None:
    """All of *commands*, without waiting for one before the next is sent."""
    words: Sequence[str] = ("redis-cli", "-p", str(server.port), "--pipe")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.writelines(commands)
        said, _ = process.communicate(timeout=_WITHIN)
    if process.returncode != 0 or b"errors: 0" not in said:
        raise CannotMeasure(f"Redis could not be filled: {said.decode()}")
