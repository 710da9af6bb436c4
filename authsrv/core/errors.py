"""Every error authsrv raises on purpose, in one tree.

*Refused*: what was asked for is not granted; the person can do something about it.
*Broken*: we cannot answer now; nothing was decided.
Facts are attributes; the HTTP status is chosen in :mod:`authsrv.web.answers`.
"""

from collections.abc import Mapping


class AuthsrvError(Exception):
    """The root: catch this and you have caught everything we raise on purpose."""


class Refused(AuthsrvError):
    """What was asked for is not granted."""


class Malformed(Refused):
    """The request breaks the rules of its format.  *why* is for the log and for programs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class WrongHost(Refused):
    """The request is for a host that is not ours (RFC 9110, section 15.5.20)."""


class HeadTooLarge(Refused):
    """The request's header fields are too many or too long; *limit* names what was exceeded."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"more than {limit}")
        self.limit = limit


class TooLarge(Refused):
    """The body is longer than *most* bytes; *limit* names what was exceeded."""

    def __init__(self, limit: str, most: int) -> None:
        super().__init__(f"more than {most} bytes")
        self.limit = limit


class UnsupportedMedia(Refused):
    """The body's Content-Type is not one that is read here; *wanted* is."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"send {wanted}")
        self.wanted = wanted


class NotFound(Refused):
    """There is nothing here, or nothing that the visitor may know of."""


class MethodNotAllowed(Refused):
    """This address knows other methods only: *allowed*."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class NotSignedIn(Refused):
    """The visitor has no live session."""


class NotAllowed(Refused):
    """The visitor is known and may not do this."""


class CrossSite(NotAllowed):
    """A request that changes something came from another site."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BadCredentials(Refused):
    """The proof does not fit.  *why* is for the log; the person is told one sentence for all."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Throttled(Refused):
    """Too many attempts; worth trying again in *retry_after* seconds."""

    def __init__(self, retry_after: float, why: str) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.why = why


class InvalidFields(Refused):
    """Fields of a form or body are not acceptable: a message identifier for each field's name."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


class NameTaken(Refused):
    """Another account has this name, or one that looks like it."""


class CannotCopy(Refused):
    """One store cannot be copied to another; the sentence says why."""


class Broken(AuthsrvError):
    """We cannot answer now.  Worth trying again in *retry_after* seconds."""

    def __init__(self, why: str, retry_after: float = 5.0) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class StoreUnavailable(Broken):
    """A store could not answer in time: never to be read as "not signed in"."""


class ReadOnly(StoreUnavailable):
    """A store answers, but keeps nothing new just now: nothing was changed."""


class Busy(Broken):
    """A bounded queue is full."""


class TooSlow(Broken):
    """The handler did not answer before its deadline."""
