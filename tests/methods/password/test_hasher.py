"""argon2id, and the bounded queue before it."""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, execute
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from authsrv.core.errors import Busy
from authsrv.interfaces import IPasswordHasher
from authsrv.methods.password.hasher import Argon2Hasher, Cost

#: The floor (19 MiB, 2 passes would be OWASP's; one pass is enough to test with).
FLOOR = Cost(19456, 1, 1)
PASSWORD = "correct horse battery staple"


class HashTests(SynchronousTestCase):
    """Real hashes, made at once."""

    def setUp(self) -> None:
        self.hasher = Argon2Hasher(FLOOR, execute)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of *work*."""
        return self.successResultOf(Deferred.fromCoroutine(work))

    def test_interface(self) -> None:
        """It is what the flows need."""
        self.assertTrue(verifyObject(IPasswordHasher, self.hasher))

    def test_round_trip(self) -> None:
        """The password that was hashed fits, and no other."""
        hashed = self.do(self.hasher.hash(PASSWORD))
        self.assertIs(self.do(self.hasher.verify(hashed, PASSWORD)), True)
        for other in ("", PASSWORD + " ", PASSWORD.upper(), "\0" + PASSWORD):
            self.assertIs(self.do(self.hasher.verify(hashed, other)), False)

    def test_last_byte(self) -> None:
        """Of 1,024 bytes the last one counts, as it would not with bcrypt."""
        hashed = self.do(self.hasher.hash("x" * 1024))
        self.assertIs(self.do(self.hasher.verify(hashed, "x" * 1024)), True)
        for other in ("x" * 1023 + "y", "x" * 1023):
            self.assertIs(self.do(self.hasher.verify(hashed, other)), False)

    def test_form(self) -> None:
        """A hash is argon2id with its parameters and a salt of its own, in PHC string format."""
        one, other = (self.do(self.hasher.hash(PASSWORD)) for _ in range(2))
        self.assertTrue(one.startswith("$argon2id$v=19$m=19456,t=1,p=1$"))
        self.assertNotEqual(one, other)
        self.assertNotIn(PASSWORD, one)

    def test_decoy(self) -> None:
        """Nothing fits no hash, not even what the decoy is made of; the decoy is made once and
        costs what a hash costs."""
        for password in ("", PASSWORD, "no account has this one"):
            self.assertIs(self.do(self.hasher.verify(None, password)), False)
        decoy = self.hasher._decoy
        assert decoy is not None
        self.do(self.hasher.verify(None, PASSWORD))
        self.assertIs(self.hasher._decoy, decoy)
        self.assertFalse(self.hasher.is_outdated(decoy))

    def test_outdated(self) -> None:
        """A hash of another cost is outdated and still fits."""
        hashed = self.do(self.hasher.hash(PASSWORD))
        self.assertFalse(self.hasher.is_outdated(hashed))
        for cost in (Cost(19457, 1, 1), Cost(19456, 2, 1), Cost(19456, 1, 2)):
            dearer = Argon2Hasher(cost, execute)
            self.assertTrue(dearer.is_outdated(hashed), cost)
            self.assertIs(self.do(dearer.verify(hashed, PASSWORD)), True)

    def test_unreadable(self) -> None:
        """A stored hash that cannot be read fits nothing; the log says so without the hash."""
        hashed = self.do(self.hasher.hash(PASSWORD))
        broken = (
            "",
            "x",
            "$2b$12$abcdefghijklmnopqrstuv",
            hashed[:40],
            hashed.replace("m=19456", "m=1"),
        )
        for stored in broken:
            self.assertIs(self.do(self.hasher.verify(stored, PASSWORD)), False, stored)

    def test_not_shown(self) -> None:
        """What is printed of the hasher has no decoy in it."""
        self.do(self.hasher.verify(None, PASSWORD))
        self.assertNotIn("argon2id$", repr(self.hasher))


class QueueTests(SynchronousTestCase):
    """A pool whose threads are all busy."""

    def setUp(self) -> None:
        self.asked: list[Deferred[Any]] = []
        self.hasher = Argon2Hasher(FLOOR, self.in_thread, 64)

    def in_thread(self, work: Callable[..., object], *args: object) -> "Deferred[Any]":
        """It will be done when a thread is free."""
        self.asked.append(Deferred())
        return self.asked[-1]

    def fill(self) -> list["Deferred[Any]"]:
        """As many as may wait, of every sort."""
        works = [self.hasher.hash("x"), self.hasher.verify(None, "x")]
        works += [self.hasher.verify("hash", "x") for _ in range(62)]
        return [Deferred.fromCoroutine(work) for work in works]

    def test_full(self) -> None:
        """The sixty-fifth is refused at once, whatever it is, and is not put in the queue."""
        waiting = self.fill()
        for work in (
            self.hasher.hash("x"),
            self.hasher.verify("h", "x"),
            self.hasher.verify(None, "x"),
        ):
            failure = self.failureResultOf(Deferred.fromCoroutine(work), Busy)
            self.assertGreater(failure.value.retry_after, 0)
        self.assertEqual((len(self.asked), self.hasher.waiting), (64, 64))
        for each in waiting:
            self.assertNoResult(each)

    def test_free_again(self) -> None:
        """When one is done, or has failed, another may wait."""
        waiting = self.fill()
        self.asked[0].callback("hash")
        self.asked[5].errback(MemoryError("argon2"))
        self.assertEqual(self.successResultOf(waiting[0]), "hash")
        self.failureResultOf(waiting[5], MemoryError)
        self.assertEqual(self.hasher.waiting, 62)
        more = [Deferred.fromCoroutine(self.hasher.hash("x")) for _ in range(3)]
        self.failureResultOf(more[2], Busy)
        self.assertNoResult(more[0])

    def test_given_up(self) -> None:
        """Whoever gives up waiting gets away at once, but a thread cannot be stopped: its hash
        counts until it is done."""
        waiting = self.fill()
        waiting[0].cancel()
        self.failureResultOf(waiting[0], CancelledError)
        self.assertEqual(self.hasher.waiting, 64)
        self.failureResultOf(Deferred.fromCoroutine(self.hasher.hash("x")), Busy)
        self.asked[0].callback("hash")
        self.assertEqual(self.hasher.waiting, 63)

    def test_given_up_and_failed(self) -> None:
        """What fails after everybody has given up is nobody's error."""
        waiting = self.fill()
        waiting[0].cancel()
        self.failureResultOf(waiting[0], CancelledError)
        self.asked[0].errback(MemoryError("argon2"))
        self.assertEqual(self.hasher.waiting, 63)
