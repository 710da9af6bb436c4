"""The audit log's entries: who did what, from where, when, and how it ended.  Never a secret."""

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen


class Action(Enum):
    """What can be read in the audit log."""

    SETUP = "setup"
    LOGIN = "login"
    LOGOUT = "logout"
    SESSION_REVOKED = "session-revoked"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  the name of an event
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_REMOVED = "account-removed"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"


@frozen
class Entry:
    """One line of the audit log.

    *actor* is an account's id, ``"operator"`` for the command line, or None for a stranger.
    *account_id* is whom it was done to.  *outcome* is ``"done"`` or the reason it was refused.
    A name that is not an account's is never kept: people type passwords into name fields.
    """

    at: float
    action: Action
    outcome: str
    actor: str | None
    account_id: str | None
    address: str = ""
    facts: Mapping[str, str] = field(factory=dict)
