"""A session as a row of columns, and back."""

from collections.abc import Sequence
from typing import Any

from twisted.logger import Logger

from authsrv.core.sessions import Device, Session
from authsrv.stores.texts import storable

log = Logger()
# SQLite keeps any type in any column; a text for an expiry would compare greater than every time.
_SHAPE = (str, str, int, float, float, float, float, float, int, str, str, float)
_SHAPES = {_SHAPE, (*_SHAPE[:7], type(None), *_SHAPE[8:])}


def row_of(session: Session, expires_at: float) -> tuple[object, ...]:
    """The columns of *session*, in the order that :func:`session_of` reads."""
    return (
        storable(session.id),
        storable(session.account_id),
        session.epoch,
        session.created_at,
        session.authenticated_at,
        session.last_seen,
        session.lifetime,
        session.idle,
        int(session.remember),
        storable(session.device.address),
        storable(session.device.user_agent),
        expires_at,
    )


def session_of(row: Sequence[Any]) -> Session | None:
    """The session in *row*, or None: a row that makes no sense is logged and counts as absent."""
    if tuple(map(type, row)) not in _SHAPES:
        log.error("a stored session cannot be read")
        return None
    id_, account_id, epoch, created_at, authenticated_at, last_seen, lifetime, idle = row[:8]
    remember, address, user_agent, _expires_at = row[8:]
    return Session(
        id_,
        account_id,
        epoch,
        created_at,
        authenticated_at,
        last_seen,
        lifetime,
        idle,
        bool(remember),
        Device(address, user_agent),
    )
