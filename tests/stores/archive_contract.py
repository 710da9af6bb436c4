"""What all of a store must do to be copied, or to be copied into."""

from typing import Any

from attrs import evolve
from zope.interface.verify import verifyObject

from authsrv.core.accounts import Account
from authsrv.core.errors import CannotCopy
from authsrv.core.moving import (
    AccountTotals,
    KeptAccount,
    KeptEntry,
    SessionTotals,
    SetupLink,
    Some,
)
from authsrv.core.sessions import Stored
from authsrv.interfaces import IAccountArchive, ISessionArchive
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.samples import session


def kept(name: str = "alice", *digests: bytes, **facts: Any) -> KeptAccount:
    """An account as the stores keep it, with browsers that came one after the other."""
    account = Account(
        id=f"id-{name}",
        name=name,
        display_name="Alice Émile 한",
        email="alice@example.com",
        groups=("dev", "ops"),
        admin=True,
        created_at=NOW + 0.125,
        password_hash="$argon2id$old",
    )
    browsers = frozenset((digest, NOW + number) for number, digest in enumerate(digests))
    return KeptAccount(evolve(account, **facts), f"skeleton of {name}", browsers)


def entry(number: int, **facts: Any) -> KeptEntry:
    """An audit entry."""
    made = KeptEntry(
        number, NOW + 0.1, "login", "done", None, "id-alice", "192.0.2.7", '{"a": "é"}'
    )
    return evolve(made, **facts)


def key(number: int) -> bytes:
    """A key in the shard that *number* says."""
    return bytes([number * 16 % 256, number]) * 16


def stored(number: int, expires_in: float = 60.0, **facts: Any) -> Stored:
    """A session."""
    made = evolve(session(f"s{number}"), **facts)
    return Stored(key(number), made, NOW + expires_in)


class AccountArchiveContract(StoreCase):
    """Say what :meth:`make_archive` makes, and these must pass."""

    def setUp(self) -> None:
        super().setUp()
        self.archive = self.make_archive()

    def make_archive(self) -> Any:
        """An empty one."""
        raise NotImplementedError

    def put(self, *these: KeptAccount) -> list[KeptAccount | None]:
        """What was there in the place of each."""
        return list(result(self.archive.put_accounts(these)))

    def all(self) -> dict[str, KeptAccount]:
        """Every account by name, read two by two."""
        found: dict[str, KeptAccount] = {}
        after = ""
        while (some := result(self.archive.accounts(after, 2))) is not None:
            found |= {it.account.name: it for it in some.found}
            after = some.last
        return found

    def test_interface(self) -> None:
        """The archive provides what the flow needs."""
        self.assertTrue(verifyObject(IAccountArchive, self.archive))

    def test_empty(self) -> None:
        """In an empty one there is nothing."""
        self.assertEqual(result(self.archive.totals()), AccountTotals(0, 0, 0))
        self.assertEqual(list(result(self.archive.ids("", 10))), [])
        self.assertIsNone(result(self.archive.accounts("", 10)))
        self.assertIsNone(result(self.archive.entries(0, 10)))
        self.assertIsNone(result(self.archive.setup_link()))
        self.assertEqual(result(self.archive.newest_entry()), 0)
        self.assertEqual(result(self.archive.retain((), "", None)), (0, 0))

    def test_accounts(self) -> None:
        """What is read equals what was put, in every field, page by page in order of id."""
        these = [
            kept("alice", b"a" * 32, b"b" * 32),
            kept("bob", admin=False, disabled=True, epoch=7, groups=(), password_hash=None),
            kept("여우", b"a" * 32),
        ]
        self.assertEqual(self.put(*these), [None] * 3)
        self.assertEqual(self.all(), {it.account.name: it for it in these})
        self.assertEqual(list(result(self.archive.ids("", 2))), ["id-alice", "id-bob"])
        self.assertEqual(list(result(self.archive.ids("id-bob", 2))), ["id-여우"])
        self.assertEqual(result(self.archive.totals()), AccountTotals(3, 3, 0))

    def test_again(self) -> None:
        """Put again they are there once, and it says that they were there."""
        these = kept("alice", b"a" * 32), kept("bob")
        self.put(*these)
        self.assertEqual(self.put(*these), list(these))
        self.assertEqual(result(self.archive.totals()), AccountTotals(2, 1, 0))

    def test_changed(self) -> None:
        """What has changed is replaced, browsers too: one that is forgotten is forgotten here."""
        before = kept("alice", b"a" * 32, b"b" * 32), kept("bob", b"a" * 32)
        self.put(*before)
        after = kept("alice", b"b" * 32, epoch=3, disabled=True), kept("bob", b"c" * 32)
        self.assertEqual(self.put(*after), list(before))
        self.assertEqual(self.all(), {"alice": after[0], "bob": after[1]})

    def test_clash(self) -> None:
        """A name that another id has is refused, and what came with it is not kept either."""
        self.put(kept("bob"))
        looks_like = evolve(kept("b0b"), skeleton="skeleton of bob")
        for other in (kept("bob", id="another"), looks_like):
            with self.assertRaises(CannotCopy):
                self.put(kept("alice"), other)
            self.assertEqual(list(self.all()), ["bob"])

    def test_retain(self) -> None:
        """In a range all but some are forgotten, with their browsers; outside of it nobody is."""
        self.put(*(kept(name, b"a" * 32) for name in "abcde"))
        self.assertEqual(result(self.archive.retain(["id-c"], "id-a", "id-d")), (2, 2))
        self.assertEqual(list(self.all()), ["a", "c", "e"])
        self.assertEqual(result(self.archive.retain([], "id-c", None)), (1, 1))
        self.assertEqual(result(self.archive.retain(["id-a", "id-c"], "", None)), (0, 0))
        self.assertEqual(result(self.archive.totals()), AccountTotals(2, 2, 0))

    def test_entries(self) -> None:
        """Entries keep their numbers, gaps too; put again they are there once."""
        these = [
            entry(2, actor="operator", account_id=None),
            entry(3, action="not known yet"),
            entry(7),
        ]
        self.assertEqual(result(self.archive.put_entries(these[::2])), 2)
        self.assertEqual(result(self.archive.put_entries(these)), 1)
        self.assertEqual(result(self.archive.put_entries(these)), 0)
        self.assertEqual(result(self.archive.entries(0, 2)), Some(these[:2], 3))
        self.assertEqual(result(self.archive.entries(3, 2)), Some(these[2:], 7))
        self.assertIsNone(result(self.archive.entries(7, 2)))
        self.assertEqual(result(self.archive.newest_entry()), 7)
        self.assertEqual([result(self.archive.entries_until(it)) for it in (1, 3, 7)], [0, 2, 3])
        self.assertEqual(result(self.archive.totals()).entries, 3)

    def test_another_entry(self) -> None:
        """A number that another entry has is refused, and what came with it is not kept either."""
        result(self.archive.put_entries([entry(1)]))
        with self.assertRaises(CannotCopy):
            result(self.archive.put_entries([entry(1, outcome="wrong-password"), entry(2)]))
        self.assertEqual(result(self.archive.newest_entry()), 1)

    def test_setup_link(self) -> None:
        """There is one set-up link, or none."""
        for link in (SetupLink(b"l" * 32, NOW), SetupLink(b"m" * 32, NOW + 1), None):
            result(self.archive.put_setup_link(link))
            self.assertEqual(result(self.archive.setup_link()), link)


class SessionArchiveContract(StoreCase):
    """Say what :meth:`make_archive` makes, and these must pass."""

    def setUp(self) -> None:
        super().setUp()
        self.archive = self.make_archive()

    def make_archive(self) -> Any:
        """An empty one."""
        raise NotImplementedError

    def put(self, *these: Stored) -> None:
        """Keep them."""
        result(self.archive.put(these))

    def all(self, now: float = NOW) -> list[Stored]:
        """Every live session, read two by two."""
        found: list[Stored] = []
        page = result(self.archive.page(now, "", 2))
        while page.after:
            found += page.found
            page = result(self.archive.page(now, page.after, 2))
        return sorted([*found, *page.found], key=lambda it: it.session.id)

    def test_interface(self) -> None:
        """The archive provides what the flow needs."""
        self.assertTrue(verifyObject(ISessionArchive, self.archive))

    def test_round_trip(self) -> None:
        """What is read equals what was put, in every field, remembered ones too."""
        these = [
            stored(1),
            stored(2, remember=True, idle=None),
            stored(3, 1e6 / 7, last_seen=NOW + 1 / 3, epoch=4),
        ]
        self.put(*these)
        self.assertEqual(self.all(), these)
        keys = [key(3), key(9), key(1)]
        self.assertEqual(list(result(self.archive.look(keys))), [these[2], None, these[0]])
        self.assertEqual(result(self.archive.totals(NOW)), SessionTotals(3, 0))

    def test_dead(self) -> None:
        """Dead ones are counted apart, and are on no page."""
        self.put(stored(1), stored(2, 5.0))
        self.assertEqual(result(self.archive.totals(NOW + 10)), SessionTotals(1, 1))
        self.assertEqual(self.all(NOW + 10), [stored(1)])
        self.assertEqual(list(result(self.archive.look([key(2)]))), [stored(2, 5.0)])

    def test_changed(self) -> None:
        """What is put again replaces what was there, an earlier expiry too."""
        self.put(stored(1))
        self.put(stored(1, 30.0, last_seen=NOW - 5), stored(2))
        self.assertEqual(self.all(), [stored(1, 30.0, last_seen=NOW - 5), stored(2)])
        self.put()

    def test_remove(self) -> None:
        """What is removed is gone; an unknown key is no error."""
        self.put(stored(1), stored(2))
        result(self.archive.remove([key(1), key(5)]))
        self.assertEqual(self.all(), [stored(2)])

    def test_mark(self) -> None:
        """An empty store is marked, and stays so when copies fill it."""
        self.assertFalse(result(self.archive.is_copy()))
        self.assertTrue(result(self.archive.begin_copy(NOW)))
        self.put(stored(1))
        self.assertTrue(result(self.archive.begin_copy(NOW)))
        self.assertTrue(result(self.archive.is_copy()))

    def test_no_mark(self) -> None:
        """One with live sessions is not marked; dead ones are in nobody's way."""
        self.put(stored(1))
        self.assertFalse(result(self.archive.begin_copy(NOW)))
        self.assertFalse(result(self.archive.is_copy()))
        self.assertTrue(result(self.archive.begin_copy(NOW + 100)))
