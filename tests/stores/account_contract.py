"""What every account store must do, and the audit log that goes with it."""

from typing import Any

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from zope.interface.verify import verifyObject

from authsrv.core.accounts import MOST_BROWSERS, Account
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import NameTaken
from authsrv.interfaces import IAccountStore, IAuditLog
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.accounts.sql import SqlAccounts
from tests.stores.contract import NOW, StoreCase, result, run_model

AnyAccounts = MemoryAccounts | SqlAccounts
LINK, OTHER = b"l" * 32, b"o" * 32


def signed_in(account_id: str, at: float) -> Entry:
    """The entry of a login."""
    return Entry(at, Action.LOGIN, "done", account_id, account_id, "192.0.2.1")


def account(name: str = "alice", **facts: Any) -> Account:
    """An account as the flows make it."""
    made = Account(
        id=f"id-{name}",
        name=name,
        display_name="Alice Émile 한",
        email="alice@example.com",
        groups=("dev", "ops"),
        admin=True,
        created_at=NOW + 0.125,
        password_hash="$argon2id$old",
    )
    return evolve(made, **facts)


class _Case(StoreCase):
    def setUp(self) -> None:
        super().setUp()
        self.store = self.make_store()
        self.addCleanup(lambda: result(self.store.close()))

    def make_store(self) -> AnyAccounts:
        """An empty store."""
        raise NotImplementedError

    def add(self, name: str = "alice", **facts: Any) -> Account:
        """Keep an account whose skeleton is its name."""
        added = account(name, **facts)
        result(self.store.add(added, name))
        return added

    def get(self, name: str = "alice") -> Account | None:
        """The account of that name, by its id."""
        return result(self.store.by_id(f"id-{name}"))


class AccountContract(_Case):
    """Say what :meth:`make_store` makes, and these must pass."""

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(IAccountStore, self.store))

    def test_round_trip(self) -> None:
        """What is found equals what was added, in every field, by id and by name."""
        bare = Account("id-bob", "bob", created_at=NOW)
        result(self.store.add(bare, "bob"))
        for added in (self.add(), self.add("여우", admin=False, disabled=True, epoch=7), bare):
            self.assertEqual(result(self.store.by_id(added.id)), added)
            self.assertEqual(result(self.store.by_name(added.name)), added)

    def test_absent(self) -> None:
        """What nobody added is absent, and every change of it says so."""
        self.assertIsNone(self.get())
        self.assertIsNone(result(self.store.by_name("alice")))
        self.assertIsNone(result(self.store.set_password("id-alice", "h", 0)))
        self.assertIsNone(result(self.store.end_epoch("id-alice")))
        self.assertIsNone(result(self.store.set_disabled("id-alice", True)))
        self.assertFalse(result(self.store.remove("id-alice")))
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))

    def test_hostile_text(self) -> None:
        """What no database takes as text finds nothing and harms nothing."""
        for text in ("\ud800", "a\0b", "' OR 1=1 --"):
            self.assertIsNone(result(self.store.by_name(text)))
            self.assertIsNone(result(self.store.by_id(text)))
            self.assertEqual(result(self.store.list_accounts(text, 0)), [])

    def test_name_taken(self) -> None:
        """A name, or one that looks like it, belongs to one account."""
        added = self.add()
        for name, skeleton in (("alice", "other"), ("a1ice", "alice")):
            clash = account(name, id="another")
            self.assertRaises(NameTaken, result, self.store.add(clash, skeleton))
            self.assertIsNone(result(self.store.by_id("another")))
        self.assertEqual(self.get(), added)

    def test_name_is_free_again(self) -> None:
        """A removed account's name and skeleton may be used again."""
        self.add()
        self.assertTrue(result(self.store.remove("id-alice")))
        self.assertFalse(result(self.store.remove("id-alice")))
        self.assertIsNone(self.get())
        self.assertEqual(self.add(), self.get())

    def test_set_password(self) -> None:
        """A new password raises the epoch, and what is returned is what is kept."""
        added = self.add(epoch=4)
        changed = result(self.store.set_password(added.id, "new", 4))
        self.assertEqual(changed, evolve(added, password_hash="new", epoch=5))
        self.assertEqual(self.get(), changed)

    def test_set_password_once(self) -> None:
        """Of two who change the password of one epoch the second changes nothing."""
        added = self.add()
        first = result(self.store.set_password(added.id, "first", 0))
        self.assertIsNone(result(self.store.set_password(added.id, "second", 0)))
        self.assertEqual(self.get(), first)

    def test_upgrade_hash(self) -> None:
        """A hash is replaced only while it is the one that was verified; the epoch stays."""
        added = self.add()
        result(self.store.upgrade_hash(added.id, "$argon2id$other", "wrong"))
        self.assertEqual(self.get(), added)
        result(self.store.upgrade_hash(added.id, "$argon2id$old", "right"))
        self.assertEqual(self.get(), evolve(added, password_hash="right"))

    def test_end_epoch(self) -> None:
        """Ending the epoch raises it, for that account alone."""
        added, other = self.add(), self.add("bob")
        self.assertEqual(result(self.store.end_epoch(added.id)), evolve(added, epoch=1))
        self.assertEqual([self.get(), self.get("bob")], [evolve(added, epoch=1), other])

    def test_disable(self) -> None:
        """Disabling raises the epoch; enabling does not."""
        added = self.add()
        disabled = result(self.store.set_disabled(added.id, True))
        self.assertEqual(disabled, evolve(added, disabled=True, epoch=1))
        self.assertEqual(self.get(), disabled)
        enabled = result(self.store.set_disabled(added.id, False))
        self.assertEqual(enabled, evolve(added, epoch=1))

    def test_list(self) -> None:
        """Accounts come in pages, in order of name."""
        self.assertTrue(result(self.store.is_empty()))
        for name in ("carol", "alice", "여우", "bob"):
            self.add(name)
        self.assertFalse(result(self.store.is_empty()))
        pages = [result(self.store.list_accounts(after, 2)) for after in ("", "bob", "여우")]
        names = [[each.name for each in page] for page in pages]
        self.assertEqual(names, [["alice", "bob"], ["carol", "여우"], []])

    def test_browsers(self) -> None:
        """A browser is known to the account it has signed in to, and to no other."""
        self.add()
        self.add("bob")
        for now in (NOW, NOW + 1):
            result(self.store.record(signed_in("id-alice", now), LINK))
        known = [
            result(self.store.knows_browser(*who))
            for who in (("id-alice", LINK), ("id-alice", OTHER), ("id-bob", LINK))
        ]
        self.assertEqual(known, [True, False, False])

    def test_most_browsers(self) -> None:
        """Of very many browsers the latest are known."""
        result(self.store.add(account("alice"), "alice"))
        for number in range(MOST_BROWSERS + 2):
            digest = bytes([number]) * 32
            result(self.store.record(signed_in("id-alice", NOW + number), digest))
        known = [
            result(self.store.knows_browser("id-alice", bytes([number]) * 32))
            for number in range(MOST_BROWSERS + 2)
        ]
        self.assertEqual(known, [False] * 2 + [True] * MOST_BROWSERS)

    def test_browsers_are_forgotten(self) -> None:
        """After a new password or a removal no browser is known."""
        self.add()
        self.add("bob")
        for who in ("id-alice", "id-bob"):
            result(self.store.record(signed_in(who, NOW), LINK))
        result(self.store.set_password("id-alice", "new", 0))
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))
        self.assertTrue(result(self.store.knows_browser("id-bob", LINK)))
        result(self.store.remove("id-bob"))
        self.add("bob")
        self.assertFalse(result(self.store.knows_browser("id-bob", LINK)))

    def test_failed_password_keeps_browsers(self) -> None:
        """A password change that came too late forgets no browser."""
        self.add(epoch=1)
        result(self.store.record(signed_in("id-alice", NOW), LINK))
        result(self.store.set_password("id-alice", "new", 0))
        self.assertTrue(result(self.store.knows_browser("id-alice", LINK)))

    def test_browser_of_nobody(self) -> None:
        """A browser of an account that is gone is not remembered, and that is no error."""
        result(self.store.record(signed_in("id-alice", NOW), LINK))
        self.add()
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))

    def test_close_twice(self) -> None:
        """Closing twice is no error."""
        result(self.store.close())
        result(self.store.close())

    def test_model(self) -> None:
        """Whatever is done in whatever order, the store answers as a dictionary would."""
        run_model(lambda: AccountMachine(self.make_store()))


class SetupContract(_Case):
    """The one-time link to the first account."""

    def redeem(self, digest: bytes = LINK, name: str = "alice", now: float = NOW) -> bool:
        """Try the link."""
        return result(self.store.redeem_setup(digest, account(name), name, now))

    def test_once(self) -> None:
        """Of fifty who redeem the link exactly one succeeds, and one account is there."""
        result(self.store.offer_setup(LINK, NOW + 60))
        outcomes = [self.redeem(name=f"n{number}") for number in range(50)]
        self.assertEqual(outcomes.count(True), 1)
        self.assertEqual(len(result(self.store.list_accounts("", 100))), 1)

    def test_open(self) -> None:
        """A link is good until its expiry; what was never offered is not."""
        self.assertFalse(result(self.store.setup_is_open(LINK, NOW)))
        result(self.store.offer_setup(LINK, NOW + 60))
        answers = [
            result(self.store.setup_is_open(digest, NOW + second))
            for digest, second in ((LINK, 59), (LINK, 60), (OTHER, 0))
        ]
        self.assertEqual(answers, [True, False, False])

    def test_not_good(self) -> None:
        """A wrong or expired link makes no account, and the good one stays good."""
        self.assertFalse(self.redeem())
        result(self.store.offer_setup(LINK, NOW + 60))
        self.assertFalse(self.redeem(OTHER))
        self.assertFalse(self.redeem(now=NOW + 60))
        self.assertTrue(result(self.store.is_empty()))
        self.assertTrue(self.redeem(now=NOW + 59))
        self.assertEqual(self.get(), account())

    def test_offered_again(self) -> None:
        """A new link ends the earlier one."""
        result(self.store.offer_setup(LINK, NOW + 60))
        result(self.store.offer_setup(OTHER, NOW + 60))
        self.assertEqual([self.redeem(LINK), self.redeem(OTHER)], [False, True])

    def test_with_an_account(self) -> None:
        """Once there is an account no link is good."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.add("bob")
        self.assertFalse(result(self.store.setup_is_open(LINK, NOW)))
        self.assertFalse(self.redeem())
        self.assertIsNone(self.get())

    def test_refused_changes_nothing(self) -> None:
        """A link that was refused because of an account is good when that account has gone."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.add("bob")
        self.redeem()
        result(self.store.remove("id-bob"))
        self.assertTrue(self.redeem())

    def test_used_up(self) -> None:
        """A redeemed link does not come back when its account is removed."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.assertTrue(self.redeem())
        result(self.store.remove("id-alice"))
        self.assertFalse(self.redeem())


class AuditContract(_Case):
    """The audit log."""

    def record(self, *entries: Entry) -> None:
        """Keep them in order."""
        for entry in entries:
            result(self.store.record(entry))

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(IAuditLog, self.store))

    def test_round_trip(self) -> None:
        """What is read equals what was kept, in every field."""
        full = Entry(NOW + 0.5, Action.LOGIN, "done", "a", "b", "192.0.2.1", {"session": "한"})
        bare = Entry(NOW, Action.SETUP, "wrong-password", None, None)
        self.record(full, bare)
        self.assertEqual(result(self.store.entries(None, 10)), [bare, full])

    def test_newest_first(self) -> None:
        """The latest kept come first, though the clock was stepped back, and no more than asked."""
        kept = [Entry(NOW - n, Action.LOGOUT, str(n), "a", "a") for n in range(5)]
        self.record(*kept)
        self.assertEqual(result(self.store.entries(None, 3)), kept[:1:-1])

    def test_about_one(self) -> None:
        """One account's entries are those about it, whoever did it."""
        alice = Entry(NOW, Action.LOGIN, "done", "bob", "alice")
        bob = Entry(NOW, Action.LOGIN, "done", "alice", "bob")
        self.record(alice, bob)
        self.assertEqual(result(self.store.entries("alice", 10)), [alice])

    def test_outlives_the_account(self) -> None:
        """A removed account's entries stay."""
        self.add()
        entry = Entry(NOW, Action.LOGIN, "done", "id-alice", "id-alice")
        self.record(entry)
        result(self.store.remove("id-alice"))
        self.assertEqual(result(self.store.entries("id-alice", 10)), [entry])

    def test_hostile_text(self) -> None:
        """An entry with what no database takes as text is kept all the same."""
        self.record(Entry(NOW, Action.LOGIN, "\0", "\ud800", "b", "\udcff", {"k\0": "\ud800\0"}))
        (found,) = result(self.store.entries("b", 10))
        self.assertEqual(found.action, Action.LOGIN)
        for text in ("\ud800", "a\0b", "' OR 1=1 --"):
            self.assertEqual(result(self.store.entries(text, 9)), [])


NAMES = st.sampled_from(["alice", "bob", "carol"])
DIGESTS = st.sampled_from([LINK, OTHER])
TIMES = st.integers(0, 5).map(lambda seconds: NOW + seconds)


class AccountMachine(RuleBasedStateMachine):
    """A store beside a dictionary of accounts by name, each with its browsers, and a link."""

    def __init__(self, store: AnyAccounts) -> None:
        super().__init__()
        self.store = store
        self.model: dict[str, Account] = {}
        self.skeletons: dict[str, str] = {}
        self.browsers: set[tuple[str, bytes]] = set()
        self.link: tuple[bytes, float] | None = None

    def teardown(self) -> None:
        result(self.store.close())

    def forget_browsers(self, name: str) -> None:
        """Browsers of *name* are strangers."""
        self.browsers = {known for known in self.browsers if known[0] != name}

    def is_open(self, digest: bytes, now: float) -> bool:
        """Whether the model's link is good."""
        return (
            not self.model
            and self.link is not None
            and self.link[0] == digest
            and (now < self.link[1])
        )

    @rule(name=NAMES, skeleton=st.sampled_from(["x", "y"]), groups=st.lists(st.text(max_size=3)))
    def add(self, name: str, skeleton: str, groups: list[str]) -> None:
        new = account(name, groups=tuple(groups))
        taken = name in self.model or skeleton in self.skeletons.values()
        try:
            result(self.store.add(new, skeleton))
        except NameTaken:
            assert taken
        else:
            assert not taken
            self.model[name], self.skeletons[name] = new, skeleton

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        had = self.model.pop(name, None) is not None
        self.skeletons.pop(name, None)
        self.forget_browsers(name)
        assert result(self.store.remove(f"id-{name}")) is had

    @rule(name=NAMES, epoch=st.integers(0, 3), hashed=st.sampled_from(["h1", "h2"]))
    def set_password(self, name: str, epoch: int, hashed: str) -> None:
        changed = result(self.store.set_password(f"id-{name}", hashed, epoch))
        kept = self.model.get(name)
        if kept is None or kept.epoch != epoch:
            assert changed is None
        else:
            self.model[name] = evolve(kept, password_hash=hashed, epoch=epoch + 1)
            self.forget_browsers(name)
            assert changed == self.model[name]

    @rule(name=NAMES, disabled=st.booleans())
    def set_disabled(self, name: str, disabled: bool) -> None:
        changed = result(self.store.set_disabled(f"id-{name}", disabled))
        if kept := self.model.get(name):
            self.model[name] = evolve(kept, disabled=disabled, epoch=kept.epoch + disabled)
        assert changed == self.model.get(name)

    @rule(name=NAMES)
    def end_epoch(self, name: str) -> None:
        changed = result(self.store.end_epoch(f"id-{name}"))
        if kept := self.model.get(name):
            self.model[name] = evolve(kept, epoch=kept.epoch + 1)
        assert changed == self.model.get(name)

    @rule(name=NAMES, digest=DIGESTS)
    def remember(self, name: str, digest: bytes) -> None:
        result(self.store.record(signed_in(f"id-{name}", NOW), digest))
        if name in self.model:
            self.browsers.add((name, digest))

    @rule(digest=DIGESTS, until=TIMES)
    def offer(self, digest: bytes, until: float) -> None:
        result(self.store.offer_setup(digest, until))
        self.link = (digest, until)

    @rule(digest=DIGESTS, now=TIMES)
    def redeem(self, digest: bytes, now: float) -> None:
        was_open = self.is_open(digest, now)
        assert result(self.store.setup_is_open(digest, now)) is was_open
        assert result(self.store.redeem_setup(digest, account(), "x", now)) is was_open
        if was_open:
            self.model["alice"], self.skeletons["alice"], self.link = account(), "x", None

    @rule(after=st.sampled_from(["", "alice", "bob"]), limit=st.integers(0, 3))
    def list_page(self, after: str, limit: int) -> None:
        expected = [self.model[name] for name in sorted(self.model) if name > after][:limit]
        assert result(self.store.list_accounts(after, limit)) == expected

    @rule(name=NAMES, digest=DIGESTS)
    def find(self, name: str, digest: bytes) -> None:
        assert result(self.store.by_id(f"id-{name}")) == self.model.get(name)
        assert result(self.store.by_name(name)) == self.model.get(name)
        known = result(self.store.knows_browser(f"id-{name}", digest))
        assert known is ((name, digest) in self.browsers)

    @invariant()
    def lists_alike(self) -> None:
        expected = [self.model[name] for name in sorted(self.model)]
        assert result(self.store.list_accounts("", 9)) == expected
        assert result(self.store.is_empty()) is (not expected)
