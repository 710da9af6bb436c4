"""The stores that the settings name."""

from attrs import frozen

from authsrv.interfaces import IAccountStore, IAuditLog, ISessionStore, IThrottleStore
from authsrv.settings import Settings
from authsrv.stores.open import open_accounts, open_session_stores
from authsrv.stores.threads import InThread


@frozen
class Stores:
    """Where everything is kept."""

    sessions: ISessionStore
    throttle: IThrottleStore
    accounts: IAccountStore
    audit: IAuditLog

    async def close(self) -> None:
        """Let go of everything."""
        await self.sessions.close()
        await self.throttle.close()
        await self.accounts.close()


def open_stores(settings: Settings, for_sessions: InThread, for_accounts: InThread) -> Stores:
    """The stores; their blocking calls go through these two.  Raises StoreUnavailable."""
    sessions, throttle = open_session_stores(settings.sessions.store, for_sessions)
    accounts = open_accounts(settings.accounts.store, for_accounts)
    return Stores(sessions, throttle, accounts, accounts)
