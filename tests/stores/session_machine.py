"""A session store beside a model of it."""

from operator import attrgetter

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from authsrv.core.sessions import Page, Session, Stored
from authsrv.interfaces import ISessionStore
from tests.stores.contract import NOW, result
from tests.stores.samples import session

KEYS = st.sampled_from([bytes([number]) * 32 for number in range(4)])
ACCOUNTS = st.sampled_from(["alice", "bob"])
#: Few moments, so that boundaries are met.
TIMES = st.integers(0, 8).map(lambda seconds: NOW + seconds)


def everything(store: ISessionStore, now: float, limit: int, after: str = "") -> list[Page]:
    """All pages from *after* on."""
    pages = [result(store.list_all(now, after, limit))]
    while pages[-1].after:
        pages.append(result(store.list_all(now, pages[-1].after, limit)))
    return pages


class SessionMachine(RuleBasedStateMachine):
    """A store beside a dictionary of sessions and expiries."""

    def __init__(self, store: ISessionStore) -> None:
        super().__init__()
        self.store = store
        self.model: dict[bytes, tuple[Session, float]] = {}
        self.saved = 0

    def teardown(self) -> None:
        result(self.store.close())

    def live(self, now: float) -> list[Session]:
        """What the model has at *now*."""
        return [kept for kept, until in self.model.values() if now < until]

    def remove(self, keys: list[bytes]) -> int:
        """Take *keys* from the model; how many."""
        for key in keys:
            del self.model[key]
        return len(keys)

    @rule(key=KEYS, account=ACCOUNTS, seen=TIMES, until=TIMES, idle=st.none() | st.floats(0, 9))
    def save(self, key: bytes, account: str, seen: float, until: float, idle: float | None) -> None:
        self.saved += 1
        new = session(f"{self.saved:04}", account, last_seen=seen, idle=idle)
        result(self.store.save(key, new, until))
        self.model[key] = (new, until)

    @rule(key=KEYS, seen=TIMES, until=TIMES)
    def touch(self, key: bytes, seen: float, until: float) -> None:
        result(self.store.touch(key, seen, until))
        if key in self.model and seen < self.model[key][1]:
            old, before = self.model[key]
            latest = max(old.last_seen, seen)
            self.model[key] = (evolve(old, last_seen=latest), max(before, until))

    @rule(old=KEYS, until=TIMES)
    def replace(self, old: bytes, until: float) -> None:
        self.saved += 1
        new = self.saved.to_bytes(32, "big")
        kept = self.model.pop(old, None)
        after = session(f"{self.saved:04}") if kept is None else evolve(kept[0], epoch=9)
        assert result(self.store.replace(old, new, after, until)) is (kept is not None)
        if kept is not None:
            self.model[new] = (after, until)

    @rule(key=KEYS)
    def revoke(self, key: bytes) -> None:
        assert result(self.store.revoke(key)) is (self.model.pop(key, None) is not None)

    @rule(account=ACCOUNTS, number=st.integers(1, 30))
    def revoke_one(self, account: str, number: int) -> None:
        wanted = (account, f"{number:04}")
        keys = [k for k, (s, _) in self.model.items() if (s.account_id, s.id) == wanted]
        assert result(self.store.revoke_one(*wanted)) is bool(self.remove(keys))

    @rule(account=ACCOUNTS, keep=st.none() | KEYS)
    def revoke_account(self, account: str, keep: bytes | None) -> None:
        keys = [k for k, (s, _) in self.model.items() if s.account_id == account and k != keep]
        assert result(self.store.revoke_account(account, keep)) == self.remove(keys)

    @rule(now=TIMES, limit=st.integers(0, 2))
    def sweep(self, now: float, limit: int) -> None:
        dead = self.remove([k for k, (_, until) in self.model.items() if until <= now])
        first = result(self.store.sweep(now, limit))
        assert first == min(limit, dead)
        assert first + result(self.store.sweep(now, 1000)) == dead

    @rule(account=ACCOUNTS, now=TIMES)
    def list_account(self, account: str, now: float) -> None:
        theirs = [s for s in self.live(now) if s.account_id == account]
        expected = sorted(theirs, key=lambda s: (-s.last_seen, s.id))
        assert result(self.store.list_account(account, now)) == expected

    @rule(now=TIMES, limit=st.integers(1, 3))
    def list_all(self, now: float, limit: int) -> None:
        pages = everything(self.store, now, limit)
        shown = [stored for page in pages for stored in page.found]
        expected = [Stored(k, s, until) for k, (s, until) in self.model.items() if now < until]
        assert sorted(shown, key=attrgetter("key")) == sorted(expected, key=attrgetter("key"))

    @invariant()
    def loads_alike(self) -> None:
        for now in (NOW, NOW + 4, NOW + 8):
            for key in [*self.model, b"?" * 32]:
                kept, until = self.model.get(key, (None, 0.0))
                assert result(self.store.load(key, now)) == (kept if now < until else None)
