"""Sessions in Redis: one server, behind Sentinels, a cluster."""

from authsrv.interfaces import ISessionStore
from authsrv.stores.sessions.redis import RedisSessions
from tests.stores import session_contract
from tests.stores.contract import NOW, result
from tests.stores.samples import A, B, session
from tests.system.stores.redis_case import ClusterCase, RedisCase, SentinelCase, link


class _Sessions(RedisCase):
    def make_store(self) -> ISessionStore:
        return RedisSessions(self.fresh_link())


class RedisSessionsTests(_Sessions, session_contract.SessionContract):
    """They keep the contract."""


class SentinelSessionsTests(_Sessions, SentinelCase, session_contract.SessionContract):
    """They keep the contract, with every write on the replica too."""


class ClusterSessionsTests(_Sessions, ClusterCase, session_contract.SessionContract):
    """They keep the contract, wherever a session is."""


class OneServerTests(RedisCase):
    """What is in Redis."""

    def setUp(self) -> None:
        super().setUp()
        self.store = RedisSessions(self.fresh_link())
        self.addCleanup(lambda: result(self.store.close()))
        (self.server,) = self.servers

    def test_another_worker(self) -> None:
        """What one worker has kept another knows, and what it ends is over for all."""
        other = RedisSessions(link(self.url))
        self.addCleanup(lambda: result(other.close()))
        result(self.store.save(A, session(), NOW + 60))
        self.assertEqual(result(other.load(A, NOW)), session())
        self.assertTrue(result(other.revoke(A)))
        self.assertIsNone(result(self.store.load(A, NOW)))

    def test_nothing_is_left(self) -> None:
        """When the last session has ended nothing is left of any."""
        result(self.store.save(A, session("s1"), NOW + 60))
        result(self.store.save(B, session("s2", "bob"), NOW + 60))
        result(self.store.touch(A, NOW + 1, NOW + 61))
        result(self.store.revoke(A))
        result(self.store.sweep(NOW + 100, 10))
        self.assertEqual(self.server.command("DBSIZE"), 0)

    def test_all_is_forgotten_some_day(self) -> None:
        """Whatever is kept of a session Redis forgets by itself, but the list of them all."""
        result(self.store.save(A, session("s1"), NOW + 60))
        lasting = [
            key for key in self.server.command("KEYS", "*") if self.server.command("TTL", key) < 0
        ]
        self.assertEqual(lasting, ["authsrv:{6}x"])

    def test_nonsense(self) -> None:
        """A row that makes no sense is logged and is nobody's session; others stand beside it."""
        result(self.store.save(A, session(), NOW + 60))
        result(self.store.save(B, session("s2"), NOW + 60))
        name = b"authsrv:{6}s:" + A
        for field, value in (("d", "[1]"), ("d", "{"), ("x", "soon"), ("i", b"\xff")):
            good = self.server.command("HGET", name, field)
            self.server.command("HSET", name, field, value)
            self.assertIsNone(result(self.store.load(A, NOW)))
            listed = result(self.store.list_account("alice", NOW))
            self.assertEqual([each.id for each in listed], ["s2"])
            self.server.command("HSET", name, field, good)
        self.assertEqual(len(self.flushLoggedErrors()), 0)
        self.assertIsNotNone(result(self.store.load(A, NOW)))
