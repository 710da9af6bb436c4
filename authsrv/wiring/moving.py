"""Everything that one settings file's stores hold, carried to another's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from attrs import frozen
from twisted.internet.defer import execute

from authsrv.core.errors import CannotCopy
from authsrv.flows.copy_accounts import CopyAccounts, Told
from authsrv.flows.copy_sessions import CopySessions
from authsrv.interfaces import ISessionArchive
from authsrv.settings import Settings
from authsrv.stores.accounts.archive import SqlArchive
from authsrv.stores.archives import must_exist, open_account_archive, open_session_archive
from authsrv.stores.open import upgrade_accounts
from authsrv.stores.urls import is_redis
from authsrv.wiring.direct import Run, running

Kind = Literal["accounts", "sessions"]
BOTH: tuple[Kind, ...] = ("accounts", "sessions")


@frozen
class Moving:
    """What is to be copied; None: both settings name the same store, or it was not asked for."""

    accounts: CopyAccounts | None
    sessions: CopySessions | None
    run: Run


@contextmanager
def moving(
    old: Settings, new: Settings, kinds: tuple[Kind, ...], now: float, told: Told
) -> Iterator[Moving]:
    """What *old* has elsewhere than *new*, open until the end of the block; the tables are made.

    Raises CannotCopy; StoreUnavailable.
    """
    kinds = tuple(kind for kind in kinds if _place(old, kind) != _place(new, kind))
    if not kinds:
        raise CannotCopy("both settings name the same stores: there is nothing to copy")
    for kind in kinds:
        must_exist(_place(old, kind))
    with running(new if is_redis(new.sessions.store) else old) as run, ExitStack() as stack:
        accounts = _accounts(old, new, told, stack, run) if "accounts" in kinds else None
        sessions = _sessions(old, new, now, told, stack, run) if "sessions" in kinds else None
        yield Moving(accounts, sessions, run)


def _place(settings: Settings, kind: Kind) -> str:
    place: str = getattr(settings, kind).store
    return place


def _accounts(old: Settings, new: Settings, told: Told, stack: ExitStack, run: Run) -> CopyAccounts:
    upgrade_accounts(new.accounts.store)

    def opened(url: str) -> SqlArchive:
        archive = open_account_archive(url, execute)
        stack.callback(lambda: run(archive.close()))
        return archive

    return CopyAccounts(opened(old.accounts.store), opened(new.accounts.store), told)


def _sessions(
    old: Settings, new: Settings, now: float, told: Told, stack: ExitStack, run: Run
) -> CopySessions:
    def opened(settings: Settings) -> ISessionArchive:
        chosen = settings.sessions
        archive = open_session_archive(chosen.store, chosen.acknowledge, execute)
        stack.callback(lambda: run(archive.close()))
        return archive

    return CopySessions(opened(old), opened(new), now, told)
