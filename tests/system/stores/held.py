"""All that stores hold: filled without a server, read whole, compared."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from attrs import frozen
from twisted.internet.defer import execute

from authsrv.core.accounts import Account
from authsrv.core.moving import KeptAccount, KeptEntry, SetupLink
from authsrv.core.sessions import Device, Session, Stored
from authsrv.stores.accounts import migrate
from authsrv.stores.archives import open_account_archive, open_session_archive
from tests.stores.contract import at_once
from tests.system.stores.loop import on_loop

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
_PAGE = 500


@frozen
class Held:
    """What was found, in an order of its own."""

    accounts: dict[str, KeptAccount]
    entries: list[KeptEntry]
    link: SetupLink | None
    sessions: dict[bytes, Stored]


def held(accounts: str, sessions: str, now: float) -> Held:
    """All that the stores at these URLs hold, and which sessions are live at *now*."""
    store = open_account_archive(accounts, execute)
    try:
        found: dict[str, KeptAccount] = {}
        while page := at_once(store.accounts(max(found, default=""), _PAGE)):
            found |= {it.account.id: it for it in page.found}
        log: list[KeptEntry] = []
        while entries := at_once(store.entries(log[-1].number if log else 0, _PAGE)):
            log += entries.found
        link = at_once(store.setup_link())
    finally:
        at_once(store.close())
    return Held(found, log, link, _sessions(sessions, now))


def _sessions(url: str, now: float) -> dict[bytes, Stored]:
    run: Run[Any] = at_once if url.startswith("sqlite:") else on_loop
    store = open_session_archive(url, "primary", execute)
    try:
        page = run(store.page(now, "", _PAGE))
        found = {it.key: it for it in page.found}
        while page.after:
            page = run(store.page(now, page.after, _PAGE))
            found |= {it.key: it for it in page.found}
        return found
    finally:
        run(store.close())


def fill(accounts: str, sessions: str, count: int, now: float) -> None:
    """Make so many accounts, each with a browser and three entries, and two sessions for each."""
    migrate.upgrade(accounts)
    store = open_account_archive(accounts, execute)
    made = [_account(number, now) for number in range(count)]
    at_once(store.put_accounts(made))
    # With gaps, as writers that were refused leave them.
    log = [_entry(number * 2, made[number % count], now) for number in range(1, 3 * count + 1)]
    at_once(store.put_entries(log))
    at_once(store.close())
    archive = open_session_archive(sessions, "primary", execute)
    at_once(
        archive.put([_session(number, made[number % count], now) for number in range(2 * count)])
    )
    at_once(archive.close())


def _account(number: int, now: float) -> KeptAccount:
    account = Account(
        id=f"{number * 7919 % 2**32:016x}",
        name=f"user{number}",
        groups=("ops",) if number % 3 else (),
        disabled=number % 10 == 0,
        epoch=number % 4,
        created_at=now - number / 3,
        password_hash=f"$argon2id${number}",
    )
    browsers = frozenset({(number.to_bytes(32), now - number)})
    return KeptAccount(account, account.name, browsers)


def _entry(number: int, kept: KeptAccount, now: float) -> KeptEntry:
    return KeptEntry(number, now - 1 / number, "login", "done", None, kept.account.id, "::1", "{}")


def _session(number: int, kept: KeptAccount, now: float) -> Stored:
    session = Session(
        id=f"s{number}",
        account_id=kept.account.id,
        epoch=kept.account.epoch,
        created_at=now,
        authenticated_at=now,
        last_seen=now + number / 7,
        lifetime=86400.0,
        idle=None if number % 3 else 3600.0,
        remember=bool(number % 3),
        device=Device("192.0.2.7", "a browser"),
    )
    # The lowest digits say nothing of where it is in the order of keys, nor in which shard.
    key = (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8) * 4
    return Stored(key, session, session.expires_at)
