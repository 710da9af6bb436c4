"""The names of what is kept in Redis."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.tokens import SHARDS, shard
from authsrv.stores.redis import keys

KEYS = st.binary(min_size=32, max_size=32)


def tag(name: bytes) -> bytes:
    """What decides in a cluster where *name* is: between the first ``{`` and the next ``}``."""
    found = re.search(rb"\{([^}]+)\}", name, re.DOTALL)
    assert found is not None, name
    return found[1]


class SessionKeysTests(SynchronousTestCase):
    """Sessions and what lists them."""

    @settings(deadline=None)
    @given(KEYS)
    def test_together(self, key: bytes) -> None:
        """A session and the list of its shard are at one server."""
        number = shard(key)
        names = keys.session(key), keys.expiry(number)
        self.assertEqual({tag(name) for name in names}, {b"%x" % number})

    @settings(deadline=None)
    @given(KEYS, KEYS)
    def test_apart(self, one: bytes, other: bytes) -> None:
        """Two sessions have one name only if they are one."""
        self.assertEqual(keys.session(one) == keys.session(other), one == other)

    def test_prefix(self) -> None:
        """Every other name of a shard begins as the one key does that the scripts declare."""
        for number in keys.homes():
            home = keys.expiry(number)[:-1]
            key = bytes([number * 16]) * 32
            self.assertEqual(keys.session(key), home + b"s:" + key)

    def test_homes(self) -> None:
        """The shards' names are as many as there are shards."""
        self.assertEqual(len({tag(keys.expiry(number)) for number in keys.homes()}), SHARDS)


class ThrottleKeysTests(SynchronousTestCase):
    """Counts of attempts."""

    @settings(deadline=None)
    @given(st.text("a}{:1/", max_size=6), st.text("a}{:1/", max_size=6))
    def test_apart(self, one: str, other: str) -> None:
        """Two subjects have one name only if they are one."""
        self.assertEqual(keys.throttle(one) == keys.throttle(other), one == other)

    @settings(deadline=None)
    @given(st.text("a}{:1/", max_size=6))
    def test_spread(self, subject: str) -> None:
        """Counts are no session's neighbours, so that an attack on them is spread."""
        sessions = {tag(keys.expiry(number)) for number in keys.homes()}
        self.assertNotIn(tag(keys.throttle(subject)), sessions)
        self.assertFalse(keys.throttle(subject).startswith(b"authsrv:{board}"))
