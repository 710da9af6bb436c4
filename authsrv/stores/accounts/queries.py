"""What is asked of the account tables: each function runs inside one transaction.

Only SQL that SQLite and PostgreSQL both speak.  What must happen once is a conditional DELETE
or UPDATE whose row count says who was first, so it holds under READ COMMITTED too.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError

from authsrv.core.accounts import MOST_BROWSERS, Account
from authsrv.core.errors import NameTaken
from authsrv.stores.accounts.rows import account_of, values_of
from authsrv.stores.accounts.tables import ACCOUNTS, BROWSERS, SETUP_LINKS

_A = ACCOUNTS.c
SELECT: Select[Any] = select(
    _A.id,
    _A.name,
    _A.display_name,
    _A.email,
    _A.groups,
    # As they are kept: SQLAlchemy would read any text there as true.
    type_coerce(_A.admin, Integer).label("admin"),
    type_coerce(_A.disabled, Integer).label("disabled"),
    _A.epoch,
    _A.created_at,
    _A.password_hash,
)
_BY_ID: Select[Any] = SELECT.where(_A.id == bindparam("id"))
_BY_NAME: Select[Any] = SELECT.where(_A.name == bindparam("name"))
_B = BROWSERS.c
_THEIRS = _B.account_id == bindparam("account_id")
_BROWSER: Select[Any] = select(_B.at).where(_THEIRS, _B.digest == bindparam("digest"))
# One at a time for each account, which stays while we are at it.  (SQLite ignores the lock: there
# all writers are one at a time.)
_OWNER = select(_A.id).where(_A.id == bindparam("account_id")).with_for_update(key_share=True)
_LATEST = select(_B.digest).where(_THEIRS).order_by(_B.at.desc()).limit(MOST_BROWSERS)
_FORGET_OLD = delete(BROWSERS).where(_THEIRS, _B.digest.not_in(_LATEST.scalar_subquery()))
# SQLAlchemy has a word for these in each dialect, and none for both.
_REMEMBER = text(
    "INSERT INTO browsers (account_id, digest, at) VALUES (:account_id, :digest, :at)"
    " ON CONFLICT (account_id, digest) DO UPDATE SET at = excluded.at"
)
_OFFER = text(
    "INSERT INTO setup_links (slot, digest, expires_at) VALUES (1, :digest, :expires_at)"
    " ON CONFLICT (slot) DO UPDATE"
    " SET digest = excluded.digest, expires_at = excluded.expires_at"
)


class Executes(Protocol):
    """A connection of SQLAlchemy's, or what does as much of its work as a login needs.

    Statements are those above, so that none is built each time: that costs more than its answer.
    """

    def execute(self, statement: Any, values: dict[str, Any], /) -> Any:
        """What is found has :meth:`first`, which is a row or None."""


def by_id(connection: Executes, account_id: str) -> Account | None:
    """The account, or None."""
    row = connection.execute(_BY_ID, {"id": account_id}).first()
    return None if row is None else account_of(row)


def by_name(connection: Executes, name: str) -> Account | None:
    """The account called *name*, or None."""
    row = connection.execute(_BY_NAME, {"name": name}).first()
    return None if row is None else account_of(row)


def add(connection: Connection, account: Account, skeleton: str) -> None:
    """Keep a new account.  Raises NameTaken."""
    try:
        connection.execute(insert(ACCOUNTS).values(values_of(account, skeleton)))
    except IntegrityError:
        # The constraints decide, so two at once cannot both pass a question asked before.
        raise NameTaken(account.name) from None


def set_password(
    connection: Connection, account_id: str, password_hash: str, epoch: int
) -> Account | None:
    """Set the hash if the epoch is still *epoch*; browsers are strangers again."""
    changed = (
        update(ACCOUNTS)
        .where(_A.id == account_id, _A.epoch == epoch)
        .values(password_hash=password_hash, epoch=epoch + 1)
    )
    if not connection.execute(changed).rowcount:
        return None
    connection.execute(delete(BROWSERS).where(BROWSERS.c.account_id == account_id))
    return by_id(connection, account_id)


def upgrade_hash(connection: Connection, account_id: str, old: str, new: str) -> None:
    """Replace the hash *old* by *new*."""
    same = (_A.id == account_id, _A.password_hash == old)
    connection.execute(update(ACCOUNTS).where(*same).values(password_hash=new))


def end_epoch(connection: Connection, account_id: str) -> Account | None:
    """Raise the epoch."""
    connection.execute(update(ACCOUNTS).where(_A.id == account_id).values(epoch=_A.epoch + 1))
    return by_id(connection, account_id)


def set_disabled(connection: Connection, account_id: str, disabled: bool) -> Account | None:
    """Disable, which raises the epoch too, or enable."""
    changed = update(ACCOUNTS).where(_A.id == account_id).values(disabled=disabled)
    if disabled:
        changed = changed.values(epoch=_A.epoch + 1)
    connection.execute(changed)
    return by_id(connection, account_id)


def remove(connection: Connection, account_id: str) -> bool:
    """Forget the account; its browsers go with it by their foreign key."""
    return connection.execute(delete(ACCOUNTS).where(_A.id == account_id)).rowcount > 0


def list_accounts(connection: Connection, after: str, limit: int) -> Sequence[Account]:
    """A page in order of name."""
    found = connection.execute(SELECT.where(_A.name > after).order_by(_A.name).limit(limit))
    return [account for row in found if (account := account_of(row))]


def is_empty(connection: Connection) -> bool:
    """Whether there is no account."""
    return connection.execute(select(_A.id).limit(1)).first() is None


def offer_setup(connection: Connection, digest: bytes, expires_at: float) -> None:
    """Make *digest* the one good link."""
    connection.execute(_OFFER, {"digest": digest, "expires_at": expires_at})


def setup_is_open(connection: Connection, digest: bytes, now: float) -> bool:
    """Whether the link would be accepted."""
    link = select(SETUP_LINKS.c.slot).where(*_good(digest, now))
    return connection.execute(link).first() is not None and is_empty(connection)


def redeem_setup(
    connection: Connection, digest: bytes, account: Account, skeleton: str, now: float
) -> bool:
    """End the link and add the first account."""
    if not is_empty(connection):
        return False
    if not connection.execute(delete(SETUP_LINKS).where(*_good(digest, now))).rowcount:
        return False
    # Again, now that the link is ours: it may be a new one, offered behind another's redemption.
    if not is_empty(connection):
        return False
    add(connection, account, skeleton)
    return True


def remember_browser(connection: Executes, account_id: str, digest: bytes, now: float) -> None:
    """Note a browser, if the account is still there."""
    whose: dict[str, object] = {"account_id": account_id}
    if connection.execute(_OWNER, whose).first() is None:
        return
    connection.execute(_REMEMBER, {**whose, "digest": digest, "at": now})
    connection.execute(_FORGET_OLD, whose)


def knows_browser(connection: Executes, account_id: str, digest: bytes) -> bool:
    """Whether the browser is known."""
    who = {"account_id": account_id, "digest": digest}
    return connection.execute(_BROWSER, who).first() is not None


def _good(digest: bytes, now: float) -> tuple[Any, Any]:
    return SETUP_LINKS.c.digest == digest, SETUP_LINKS.c.expires_at > now
