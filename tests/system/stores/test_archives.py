"""Archives in a real PostgreSQL and a real Redis keep the contract that all archives keep."""

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute

from authsrv.stores.archives import open_account_archive
from authsrv.stores.open import open_accounts
from authsrv.stores.redis.board import RedisBoard
from authsrv.stores.sessions.redis import RedisSessions
from authsrv.stores.sessions.redis_archive import RedisArchive, open_archive
from tests.stores import archive_contract
from tests.stores.archive_contract import entry, kept, key, stored
from tests.stores.contract import NOW, result
from tests.system.stores.conftest import MakeDatabase
from tests.system.stores.loop import LOOP
from tests.system.stores.redis_case import ClusterCase, RedisCase, SentinelCase, link


class PostgresArchiveTests(archive_contract.AccountArchiveContract):
    """They keep the contract."""

    make_database: MakeDatabase
    url: str

    @pytest.fixture(autouse=True)
    def _give_databases(self, make_database: MakeDatabase) -> None:
        self.make_database = make_database

    def make_archive(self) -> Any:
        self.url = self.make_database()
        archive = open_account_archive(self.url, execute)
        self.addCleanup(lambda: result(archive.close()))
        return archive

    def test_store(self) -> None:
        """What is put is what the store of accounts knows, and its log goes on behind it."""
        it = kept("alice", b"a" * 32)
        self.put(it)
        result(self.archive.put_entries([entry(7)]))
        store = open_accounts(self.url, execute)
        self.addCleanup(lambda: result(store.close()))
        self.assertEqual(result(store.by_name("alice")), it.account)
        self.assertTrue(result(store.knows_browser("id-alice", b"a" * 32)))
        (noted,) = result(store.entries(None, 10))
        result(store.record(noted))
        self.assertEqual(result(self.archive.newest_entry()), 8)


class _Sessions(RedisCase, archive_contract.SessionArchiveContract):
    def make_archive(self) -> Any:
        archive = RedisArchive(self.fresh_link())
        self.addCleanup(lambda: result(archive.close()))
        return archive


class RedisArchiveTests(_Sessions):
    """They keep the contract."""

    def test_store(self) -> None:
        """What is put is what the store of sessions knows."""
        self.put(stored(1))
        store = RedisSessions(link(self.url))
        self.addCleanup(lambda: result(store.close()))
        self.assertEqual(result(store.load(key(1), NOW)), stored(1).session)

    def test_taken_into_service(self) -> None:
        """When a worker begins to use the Redis the mark is gone, and does not come back."""
        result(self.archive.begin_copy(NOW))
        self.put(stored(1))
        self.assertTrue(result(self.archive.is_copy()))
        board = RedisBoard(link(self.url), "worker", LOOP.time)

        async def serve() -> None:
            board.start()
            while board.term is None:
                await Deferred.fromFuture(LOOP.create_task(asyncio.sleep(0.02)))
            await board.close()

        result(serve())
        self.addCleanup(lambda: result(RedisSessions(board.link).close()))
        self.assertFalse(result(self.archive.is_copy()))
        self.assertFalse(result(self.archive.begin_copy(NOW)))

    def test_opened(self) -> None:
        """By its URL it is the same Redis, with more patience than a page has."""
        self.put(stored(1))
        archive = open_archive(self.url, "primary")
        self.addCleanup(lambda: result(archive.close()))
        self.assertEqual(list(result(archive.look([key(1)]))), [stored(1)])


class SentinelArchiveTests(_Sessions, SentinelCase):
    """They keep the contract, with every write on the replica too."""


class ClusterArchiveTests(_Sessions, ClusterCase):
    """They keep the contract, wherever a session is."""
