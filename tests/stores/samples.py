"""Sessions and accounts as the flows make them."""

from typing import Any

from attrs import evolve

from authsrv.core.accounts import Account
from authsrv.core.audit import Action, Entry
from authsrv.core.sessions import Device, Session
from tests.stores.contract import NOW

#: Keys of sessions.
A, B, C = (letter * 32 for letter in (b"a", b"b", b"c"))
#: Digests of secrets: of set-up links, of browsers.
LINK, OTHER = b"l" * 32, b"o" * 32


def session(session_id: str = "s1", account_id: str = "alice", **facts: Any) -> Session:
    """A session as a login makes it."""
    made = Session(
        id=session_id,
        account_id=account_id,
        epoch=3,
        created_at=NOW,
        authenticated_at=NOW + 0.25,
        last_seen=NOW + 0.5,
        lifetime=86400.0,
        idle=3600.0,
        device=Device("192.0.2.1", "Mozilla/5.0 (X11) 한국어"),
    )
    return evolve(made, **facts)


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


def signed_in(account_id: str, at: float) -> Entry:
    """The entry of a login."""
    return Entry(at, Action.LOGIN, "done", account_id, account_id, "192.0.2.1")
