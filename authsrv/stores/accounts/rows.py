"""An account and an audit entry as rows of columns, and back.

A row that makes no sense is logged, without its contents, and counts as absent.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from twisted.logger import Logger

from authsrv.core.accounts import Account
from authsrv.core.audit import Action, Entry
from authsrv.stores.texts import storable

log = Logger()
# SQLite has no booleans of its own, and keeps any type in any column.
_ACCOUNT: tuple[Any, ...] = (str, str, str, str, str, int, int, int, float, (str, type(None)))


def values_of(account: Account, skeleton: str) -> dict[str, object]:
    """The columns of a new *account*."""
    return {
        "id": storable(account.id),
        "name": storable(account.name),
        "skeleton": storable(skeleton),
        "display_name": storable(account.display_name),
        "email": storable(account.email),
        "groups": json.dumps(account.groups),
        "admin": account.admin,
        "disabled": account.disabled,
        "epoch": account.epoch,
        "created_at": account.created_at,
        "password_hash": account.password_hash,
    }


def account_of(row: Sequence[Any]) -> Account | None:
    """The account in *row* (in the order of Account's fields), or None."""
    try:
        if not all(map(isinstance, row, _ACCOUNT)):
            raise ValueError("a column is of another type")
        id_, name, display_name, email, groups, admin, disabled, epoch, created_at, hashed = row
        return Account(
            id_,
            name,
            display_name,
            email,
            _groups(groups),
            bool(admin),
            bool(disabled),
            epoch,
            created_at,
            hashed,
        )
    except (TypeError, ValueError, RecursionError) as error:
        log.error("a stored account cannot be read", why=type(error).__name__)
        return None


@lru_cache(maxsize=1024)
def _groups(text: str) -> tuple[str, ...]:
    groups = json.loads(text)
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise ValueError("groups are a list of texts")
    return tuple(groups)


def values_of_entry(entry: Entry) -> dict[str, object]:
    """The columns of an audit *entry*."""
    return {
        "at": entry.at,
        "action": entry.action.value,
        "outcome": storable(entry.outcome),
        "actor": _or_none(entry.actor),
        "account_id": _or_none(entry.account_id),
        "address": storable(entry.address),
        "facts": json.dumps(dict(entry.facts)),
    }


def entry_of(row: Mapping[Any, Any]) -> Entry | None:
    """The audit entry in *row*, or None: a newer release may have noted what is unknown here."""
    try:
        facts = json.loads(row["facts"])
        return Entry(**{**row, "action": Action(row["action"]), "facts": dict(facts)})
    except (TypeError, ValueError, RecursionError) as error:
        log.error("an audit entry cannot be read", why=type(error).__name__)
        return None


def _or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)
