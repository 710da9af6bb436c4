"""Sessions: how long one lives.  All times are wall-clock seconds since the epoch.

NIST SP 800-63B-4, section 2.2.3 (AAL2): idle at most 1 h, 24 h over all; AAL1: 30 days.
"""

from collections.abc import Sequence

from attrs import evolve, field, frozen

#: A session's last use is written at most once in so many seconds...
TOUCH_EVERY = 60.0
#: ... or in this part of its idle timeout, if that is less: a session in use must not end.
TOUCH_PART = 0.1


@frozen
class Lifetimes:
    """The operator's choice, in seconds."""

    idle: float = 3600.0
    lifetime: float = 24 * 3600.0
    remember: float = 30 * 24 * 3600.0


@frozen
class Device:
    """Where a session is used from, for its owner to recognise: shown, never believed."""

    address: str = ""
    user_agent: str = ""


@frozen
class Session:
    """One sign-in of one account on one browser.

    *id* names it in lists and is no secret; *epoch* is the account's epoch at sign-in: a session
    of an older epoch is dead (see :func:`authsrv.core.accounts.still_theirs`).  *idle* is None
    for a session that does not end by idling.  *lifetime* counts from *authenticated_at*.
    """

    id: str
    account_id: str
    epoch: int
    created_at: float
    authenticated_at: float
    last_seen: float
    lifetime: float
    idle: float | None
    remember: bool = False
    device: Device = Device()

    @property
    def expires_at(self) -> float:
        """The moment from which it is dead if it is not used again."""
        end = self.authenticated_at + self.lifetime
        return end if self.idle is None else min(end, self.last_seen + self.idle)


@frozen
class Stored:
    """A session as a store keeps it."""

    key: bytes = field(repr=False)
    session: Session
    expires_at: float


@frozen
class Page:
    """Some of the sessions there are, and where the next page begins: "" behind the last one."""

    found: Sequence[Stored]
    after: str = ""


def begin(
    *,
    id: str,  # noqa: A002  it is the field's name
    account_id: str,
    epoch: int,
    now: float,
    lifetimes: Lifetimes,
    remember: bool,
    device: Device,
) -> Session:
    """A session that begins at *now*; a remembered one outlives idling."""
    return Session(
        id=id,
        account_id=account_id,
        epoch=epoch,
        created_at=now,
        authenticated_at=now,
        last_seen=now,
        lifetime=lifetimes.remember if remember else lifetimes.lifetime,
        idle=None if remember else lifetimes.idle,
        remember=remember,
        device=device,
    )


def is_live(session: Session, now: float) -> bool:
    """Whether *session* is good at *now*."""
    return now < session.expires_at


def touch(session: Session, now: float) -> Session | None:
    """*session* as seen at *now*, or None when its last use is too recent to be written again."""
    every = TOUCH_EVERY
    if session.idle is not None:
        every = min(every, session.idle * TOUCH_PART)
    if now - session.last_seen < every:
        return None
    return evolve(session, last_seen=now)


def prove_again(session: Session, epoch: int, now: float) -> Session:
    """*session* after a new proof: its lifetime begins again, its *id* and beginning stay."""
    return evolve(session, epoch=epoch, authenticated_at=now, last_seen=now)
