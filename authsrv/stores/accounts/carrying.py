"""What is asked of the account tables to copy all of them: each function runs in one transaction.

Like :mod:`authsrv.stores.accounts.queries`, only SQL that SQLite and PostgreSQL both speak, but for
the counter behind PostgreSQL's numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import asdict, astuple
from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from authsrv.core.errors import CannotCopy
from authsrv.core.moving import AccountTotals, KeptAccount, KeptEntry, SetupLink, Some
from authsrv.stores.accounts.queries import SELECT
from authsrv.stores.accounts.rows import account_of, values_of
from authsrv.stores.accounts.tables import ACCOUNTS, AUDIT, BROWSERS, SETUP_LINKS
from authsrv.stores.texts import storable

_A = ACCOUNTS.c
_B = BROWSERS.c
_KEPT: Select[Any] = SELECT.add_columns(_A.skeleton)
_TEXT_OR_NONE = (str, type(None))
_ENTRY: tuple[Any, ...] = (int, float, str, str, _TEXT_OR_NONE, _TEXT_OR_NONE, str, str)
# PostgreSQL's counter knows nothing of numbers that it has not given.
_COUNT_ON = text(
    "SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT max(id) FROM audit))"
)


def totals(connection: Connection) -> AccountTotals:
    """How many there are of each."""
    counted = (select(func.count()).select_from(table) for table in (ACCOUNTS, BROWSERS, AUDIT))
    return AccountTotals(*(connection.execute(each).scalar_one() for each in counted))


# Accounts


def ids(connection: Connection, after: str, limit: int) -> Sequence[str]:
    """At most *limit* ids behind *after*."""
    found = select(_A.id).where(_A.id > after).order_by(_A.id).limit(limit)
    return [str(each) for each in connection.execute(found).scalars()]


def accounts(connection: Connection, after: str, limit: int) -> Some[KeptAccount, str] | None:
    """At most *limit* accounts behind the id *after*."""
    page = _KEPT.where(_A.id > after).order_by(_A.id).limit(limit)
    rows = connection.execute(page).all()
    if not rows:
        return None
    found = _kept(connection, rows)
    return Some(found, rows[-1].id, len(rows) - len(found))


def put_accounts(
    connection: Connection, kept: Sequence[KeptAccount]
) -> Sequence[KeptAccount | None]:
    """Keep them just so; what was there in the place of each."""
    wanted = {it.account.id: it for it in kept}
    _must_be_free(connection, wanted)
    rows = connection.execute(_KEPT.where(_A.id.in_(wanted))).all()
    there = {it.account.id: it for it in _kept(connection, rows)}
    taken = {row.id for row in rows}
    _write(connection, [it for id_, it in wanted.items() if it != there.get(id_)], taken)
    return [there.get(id_) for id_ in wanted]


def retain(
    connection: Connection, ids: Sequence[str], after: str, until: str | None
) -> tuple[int, int]:
    """Of the accounts in this range forget all but *ids*; how many, and how many browsers."""
    others = [_A.id > after, _A.id.not_in(ids)]
    if until is not None:
        others.append(_A.id <= until)
    gone = connection.execute(select(_A.id).where(*others)).scalars().all()
    if not gone:
        return 0, 0
    # One by one, for they are few, and a statement takes so many values only.
    browsers = delete(BROWSERS).where(_B.account_id == bindparam("gone"))
    counted = sum(connection.execute(browsers, {"gone": each}).rowcount for each in gone)
    connection.execute(
        delete(ACCOUNTS).where(_A.id == bindparam("gone")), [{"gone": each} for each in gone]
    )
    return len(gone), counted


def _kept(connection: Connection, rows: Sequence[Any]) -> list[KeptAccount]:
    browsers: dict[str, set[tuple[bytes, float]]] = {row.id: set() for row in rows}
    theirs = select(_B.account_id, _B.digest, _B.at).where(_B.account_id.in_(browsers))
    for account_id, digest, at in connection.execute(theirs):
        # What is no digest is nobody's browser.
        if isinstance(digest, bytes) and isinstance(at, float):
            browsers[account_id].add((digest, at))
    made = ((account_of(row[:-1]), row.skeleton) for row in rows)
    return [
        KeptAccount(account, skeleton, frozenset(browsers[account.id]))
        for account, skeleton in made
        if account is not None and isinstance(skeleton, str)
    ]


def _must_be_free(connection: Connection, wanted: dict[str, KeptAccount]) -> None:
    names = [it.account.name for it in wanted.values()]
    skeletons = [it.skeleton for it in wanted.values()]
    same = or_(_A.name.in_(names), _A.skeleton.in_(skeletons))
    clash = select(_A.name).where(same, _A.id.not_in(wanted)).limit(1)
    name = connection.execute(clash).scalar_one_or_none()
    if name is not None:
        raise CannotCopy(
            f"the new store has another account called {name}, or one that looks like it"
        )


def _write(connection: Connection, changed: Sequence[KeptAccount], taken: set[str]) -> None:
    rows = [values_of(it.account, it.skeleton) for it in changed]
    new = [row for row in rows if row["id"] not in taken]
    old = [{"old": row["id"], **row} for row in rows if row["id"] in taken]
    if new:
        connection.execute(insert(ACCOUNTS), new)
    if old:
        connection.execute(update(ACCOUNTS).where(_A.id == bindparam("old")), old)
        before = [{"old": row["id"]} for row in old]
        connection.execute(delete(BROWSERS).where(_B.account_id == bindparam("old")), before)
    browsers = [
        {"account_id": it.account.id, "digest": digest, "at": at}
        for it in changed
        for digest, at in it.browsers
    ]
    if browsers:
        connection.execute(insert(BROWSERS), browsers)


# The audit log


def newest_entry(connection: Connection) -> int:
    """The number of the newest; 0 if there is none."""
    return connection.execute(select(func.max(AUDIT.c.id))).scalar_one() or 0


def entries(connection: Connection, after: int, limit: int) -> Some[KeptEntry, int] | None:
    """At most *limit* behind the number *after*."""
    page = select(AUDIT).where(AUDIT.c.id > after).order_by(AUDIT.c.id).limit(limit)
    rows = connection.execute(page).all()
    if not rows:
        return None
    found = list(_readable(rows))
    return Some(found, rows[-1].id, len(rows) - len(found))


def entries_until(connection: Connection, number: int) -> int:
    """How many have that number or a lower one."""
    counted = select(func.count()).select_from(AUDIT).where(AUDIT.c.id <= number)
    return connection.execute(counted).scalar_one()


def put_entries(connection: Connection, kept: Sequence[KeptEntry]) -> int:
    """Keep them under their numbers; how many were not there."""
    numbers = [it.number for it in kept]
    rows = connection.execute(select(AUDIT).where(AUDIT.c.id.in_(numbers))).all()
    there = {it.number: it for it in _readable(rows)}
    new = [it for it in kept if it != there.get(it.number)]
    if len(new) + len(rows) != len(kept):
        raise CannotCopy("the new store of accounts has begun an audit log of its own: is it used?")
    if new:
        connection.execute(insert(AUDIT), [_columns(it) for it in new])
        if connection.dialect.name == "postgresql":
            connection.execute(_COUNT_ON)
    return len(new)


def _readable(rows: Iterable[Sequence[Any]]) -> Iterator[KeptEntry]:
    for row in rows:
        if all(map(isinstance, row, _ENTRY)):
            columns: list[Any] = [storable(it) if isinstance(it, str) else it for it in row]
            yield KeptEntry(*columns)


def _columns(kept: KeptEntry) -> dict[str, object]:
    columns = asdict(kept)
    return {"id": columns.pop("number"), **columns}


# The set-up link


def setup_link(connection: Connection) -> SetupLink | None:
    """The set-up link, or None."""
    row = connection.execute(select(SETUP_LINKS.c.digest, SETUP_LINKS.c.expires_at)).first()
    return None if row is None else SetupLink(*row)


def put_setup_link(connection: Connection, link: SetupLink | None) -> None:
    """Make *link* the only one."""
    connection.execute(delete(SETUP_LINKS))
    if link is not None:
        digest, expires_at = astuple(link)
        row = {"slot": 1, "digest": digest, "expires_at": expires_at}
        connection.execute(insert(SETUP_LINKS).values(row))
