"""What the rules need from outside.  An interface's comment is its contract.

Every method may raise :class:`~authsrv.core.errors.StoreUnavailable` when the backend cannot
answer in time; that never means "absent".  Methods are coroutines.  Stores never read a clock:
*now* and *expires_at* are wall-clock seconds since the epoch, given by the caller.
"""

from authsrv.interfaces.accounts import IAccountStore, IAuditLog
from authsrv.interfaces.archives import IAccountArchive, ISessionArchive
from authsrv.interfaces.passwords import IPasswordCheck, IPasswordHasher, PasswordRule
from authsrv.interfaces.sessions import ISessionStore
from authsrv.interfaces.sources import Clock, RandomBytes
from authsrv.interfaces.throttle import IThrottleStore

__all__ = [
    "Clock",
    "IAccountArchive",
    "IAccountStore",
    "IAuditLog",
    "IPasswordCheck",
    "IPasswordHasher",
    "ISessionArchive",
    "ISessionStore",
    "IThrottleStore",
    "PasswordRule",
    "RandomBytes",
]
