"""What every session store must do, whatever it keeps sessions in."""

from zope.interface.verify import verifyObject

from authsrv.core.sessions import Device, Session, Stored
from authsrv.interfaces import ISessionStore
from tests.stores.contract import NOW, StoreCase, result, run_model
from tests.stores.samples import A, B, C, session
from tests.stores.session_machine import SessionMachine, everything


class SessionContract(StoreCase):
    """Say what :meth:`make_store` makes, and these must pass."""

    def setUp(self) -> None:
        super().setUp()
        self.store = self.make_store()
        self.addCleanup(lambda: result(self.store.close()))

    def make_store(self) -> ISessionStore:
        """An empty store."""
        raise NotImplementedError

    def save(self, key: bytes, saved: Session, expires_at: float = NOW + 60) -> None:
        """Keep *saved*."""
        result(self.store.save(key, saved, expires_at))

    def load(self, key: bytes, now: float = NOW) -> Session | None:
        """What is under *key*."""
        return result(self.store.load(key, now))

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(ISessionStore, self.store))

    def test_round_trip(self) -> None:
        """What is loaded equals what was saved, in every field."""
        for number, saved in enumerate(
            [session(), session("s2", idle=None, remember=True, device=Device())]
        ):
            key = bytes([number]) * 32
            self.save(key, saved)
            self.assertEqual(self.load(key), saved)

    def test_unknown(self) -> None:
        """A key nobody saved is absent, and that is no error."""
        self.assertIsNone(self.load(A))

    def test_expiry(self) -> None:
        """A session is live until just before its expiry, and dead from it on."""
        self.save(A, session(), NOW + 60)
        self.assertIsNotNone(self.load(A, NOW + 59.999))
        self.assertIsNone(self.load(A, NOW + 60))
        self.assertIsNone(self.load(A, NOW + 61))

    def test_expiry_is_the_callers(self) -> None:
        """The expiry that was given decides, not what the session's own fields would say."""
        self.save(A, session(lifetime=1.0), NOW + 60)
        self.assertIsNotNone(self.load(A, NOW + 59))

    def test_save_twice(self) -> None:
        """Of two sessions saved under one key the later one stands, with its expiry."""
        self.save(A, session("s1"), NOW + 60)
        self.save(A, session("s2", "bob"), NOW + 30)
        self.assertEqual(self.load(A), session("s2", "bob"))
        self.assertIsNone(self.load(A, NOW + 30))
        self.assertEqual(result(self.store.list_account("alice", NOW)), [])

    def test_hostile_text(self) -> None:
        """A user agent that is no text can be kept and harms nobody."""
        self.save(A, session(device=Device("?", "\ud800 \0 \udcff")))
        loaded = self.load(A)
        assert loaded is not None
        self.assertEqual(loaded.id, "s1")
        self.assertFalse(result(self.store.revoke_one("\ud800", "\0")))
        self.assertEqual(result(self.store.list_account("\udcff", NOW)), [])

    def test_touch(self) -> None:
        """A touch notes the latest use and prolongs the session."""
        self.save(A, session(), NOW + 60)
        result(self.store.touch(A, NOW + 30, NOW + 90))
        self.assertEqual(self.load(A, NOW + 89), session(last_seen=NOW + 30))
        self.assertIsNone(self.load(A, NOW + 90))

    def test_touch_only_prolongs(self) -> None:
        """A touch that comes late takes nothing away."""
        self.save(A, session(last_seen=NOW + 40), NOW + 100)
        result(self.store.touch(A, NOW + 30, NOW + 90))
        self.assertEqual(self.load(A, NOW + 99), session(last_seen=NOW + 40))

    def test_touch_revives_nothing(self) -> None:
        """A touch of what is unknown, revoked, replaced or dead changes nothing."""
        self.save(A, session(), NOW + 60)
        self.save(B, session("s2"), NOW + 60)
        self.save(C, session("s3"), NOW + 10)
        result(self.store.revoke(A))
        result(self.store.replace(B, b"d" * 32, session("s2"), NOW + 60))
        for key in (A, B, C, b"u" * 32):
            result(self.store.touch(key, NOW + 10, NOW + 999))
            self.assertIsNone(self.load(key, NOW + 10))

    def test_replace(self) -> None:
        """After a replacement only the new key holds the session."""
        self.save(A, session())
        after = session(authenticated_at=NOW + 5)
        self.assertTrue(result(self.store.replace(A, B, after, NOW + 70)))
        self.assertIsNone(self.load(A))
        self.assertEqual(self.load(B, NOW + 69), after)
        self.assertEqual(result(self.store.list_account("alice", NOW)), [after])

    def test_replace_once(self) -> None:
        """Of two replacements of one key one succeeds, and the other keeps nothing."""
        self.save(A, session())
        outcomes = [result(self.store.replace(A, key, session(), NOW + 60)) for key in (B, C)]
        self.assertEqual(outcomes, [True, False])
        self.assertIsNone(self.load(C))

    def test_replace_of_nothing(self) -> None:
        """What is not there cannot be replaced."""
        self.assertFalse(result(self.store.replace(A, B, session(), NOW + 60)))
        self.assertIsNone(self.load(B))

    def test_revoke(self) -> None:
        """A revoked session is gone, others stay, and the second time there is none."""
        self.save(A, session())
        self.save(B, session("s2"))
        self.assertTrue(result(self.store.revoke(A)))
        self.assertFalse(result(self.store.revoke(A)))
        self.assertIsNone(self.load(A))
        self.assertIsNotNone(self.load(B))

    def test_revoke_one(self) -> None:
        """A session is ended by its id only for the account whose it is."""
        self.save(A, session())
        self.save(B, session("s2"))
        self.assertFalse(result(self.store.revoke_one("mallory", "s1")))
        self.assertIsNotNone(self.load(A))
        self.assertTrue(result(self.store.revoke_one("alice", "s1")))
        self.assertFalse(result(self.store.revoke_one("alice", "s1")))
        self.assertIsNone(self.load(A))
        self.assertIsNotNone(self.load(B))

    def test_revoke_account(self) -> None:
        """All of an account's sessions end, and nobody else's."""
        self.save(A, session("s1"))
        self.save(B, session("s2"))
        self.save(C, session("s3", "bob"))
        self.assertEqual(result(self.store.revoke_account("alice")), 2)
        self.assertEqual(result(self.store.revoke_account("alice")), 0)
        self.assertEqual([self.load(key) is not None for key in (A, B, C)], [False, False, True])

    def test_revoke_account_but_one(self) -> None:
        """The session under the key to keep stays."""
        self.save(A, session("s1"))
        self.save(B, session("s2"))
        self.assertEqual(result(self.store.revoke_account("alice", A)), 1)
        self.assertEqual([self.load(key) is not None for key in (A, B)], [True, False])

    def test_revoke_all(self) -> None:
        """Every session of everybody ends."""
        self.save(A, session("s1"))
        self.save(B, session("s2", "bob"))
        self.assertEqual(result(self.store.revoke_all()), 2)
        self.assertEqual(result(self.store.revoke_all()), 0)
        self.assertEqual([self.load(key) for key in (A, B)], [None, None])

    def test_list_account(self) -> None:
        """An account's list has its live sessions alone, latest used first."""
        self.save(A, session("s1", last_seen=NOW + 1), NOW + 60)
        self.save(B, session("s2", last_seen=NOW + 3), NOW + 60)
        self.save(C, session("s3", last_seen=NOW + 2), NOW + 60)
        self.save(b"d" * 32, session("s4"), NOW + 10)
        self.save(b"e" * 32, session("s5", "bob"), NOW + 60)
        found = result(self.store.list_account("alice", NOW + 10))
        self.assertEqual([each.id for each in found], ["s2", "s3", "s1"])

    def test_list_all(self) -> None:
        """Everybody's live sessions come in pages, each with its key and its expiry."""
        for number in (3, 1, 4, 2):
            self.save(bytes([number]) * 32, session(f"s{number}", f"account{number}"), NOW + number)
        self.save(A, session("s0"), NOW - 1)
        pages = everything(self.store, NOW, 2)
        self.assertTrue(all(len(page.found) <= 2 for page in pages))
        found = {stored.key: stored for page in pages for stored in page.found}
        self.assertEqual(sum(len(page.found) for page in pages), len(found))
        self.assertEqual(
            found,
            {
                (key := bytes([number]) * 32): Stored(
                    key, session(f"s{number}", f"account{number}"), NOW + number
                )
                for number in (1, 2, 3, 4)
            },
        )

    def test_list_all_touched(self) -> None:
        """What is used or proved again while somebody pages is still shown."""
        keys = [bytes([number]) * 32 for number in range(6)]
        for number, key in enumerate(keys):
            self.save(key, session(f"s{number}"), NOW + 60)
        first = result(self.store.list_all(NOW, "", 2))
        for number, key in enumerate(keys):
            result(self.store.touch(key, NOW + 1, NOW + 61))
            new = bytes([number + 8]) * 32
            result(self.store.replace(key, new, session(f"s{number}"), NOW + 70))
        rest = everything(self.store, NOW, 2, first.after)
        shown = {stored.session.id for page in (first, *rest) for stored in page.found}
        self.assertEqual(shown, {f"s{number}" for number in range(6)})

    def test_sweep(self) -> None:
        """A sweep forgets what is dead, the boundary included, never more than its limit."""
        for number in range(5):
            self.save(bytes([number]) * 32, session(f"s{number}"), NOW + number)
        swept = [result(self.store.sweep(NOW + 3, 3)) for _ in range(3)]
        self.assertEqual(swept, [3, 1, 0])
        self.assertIsNotNone(self.load(bytes([4]) * 32, NOW + 3))
        self.assertEqual(result(self.store.revoke_all()), 1)

    def test_close_twice(self) -> None:
        """Closing twice is no error."""
        result(self.store.close())
        result(self.store.close())

    def test_model(self) -> None:
        """Whatever is done in whatever order, the store answers as a dictionary would."""
        run_model(lambda: SessionMachine(self.make_store()))
