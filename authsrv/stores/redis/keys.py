"""The names of what is kept, and which of it stays together.

Sessions are spread over sixteen shards by the first four bits of their key; in a cluster each
shard, with what lists its sessions, is on one server (redis.io, "hash tags"), so that one script
changes all of it in one step.
"""

from authsrv.core.tokens import SHARDS, shard


def session(key: bytes) -> bytes:
    """A hash: the session under *key*."""
    return _home(shard(key)) + b"s:" + key


def expiry(number: int) -> bytes:
    """A sorted set: all sessions in shard *number*, by expiry.

    Each account's, in the shard, have a set beside it, which the scripts alone name.
    """
    return _home(number) + b"x"


def throttle(subject: str) -> bytes:
    """A hash: the counts about *subject*."""
    return b"authsrv:{t:" + subject.encode("utf-8") + b"}"


def homes() -> range:
    """The numbers of the shards."""
    return range(SHARDS)


def _home(number: int) -> bytes:
    return b"authsrv:{%x}" % number
