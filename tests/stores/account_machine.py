"""An account store beside a model of it."""

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from authsrv.core.accounts import Account
from authsrv.core.errors import NameTaken
from tests.stores.account_case import AnyAccounts
from tests.stores.contract import NOW, result
from tests.stores.samples import LINK, OTHER, account, signed_in

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
