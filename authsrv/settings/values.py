"""Single values: durations, rates, numbers of workers, the addresses of mail servers.

Each parser takes what stood in the file and gives the value, or raises Wrong.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from authsrv.settings.wrong import Wrong, shown

#: No duration is longer, in seconds: ten years.
LONGEST = 10 * 365 * 86400.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd])")
_RATE = re.compile(r"([0-9]{1,9})/(.+)", re.DOTALL)
_MAIL_SCHEMES = ("smtp", "smtps", "smtp+starttls")


def duration(value: object) -> float:
    """Seconds, from ``"90s"``, ``"15m"``, ``"1h"``, ``"30d"`` or a number of seconds."""
    seconds = _seconds(value)
    # Written so that "not a number" fails too.
    if seconds is None or not seconds > 0:
        raise Wrong(f"{shown(value)} is not a duration", "write 90s, 15m, 1h or 30d")
    if seconds > LONGEST:
        raise Wrong(f"{shown(value)} is longer than ten years", "write at most 3650d")
    return seconds


def patience(value: object) -> float:
    """A duration, or 0."""
    return 0.0 if _seconds(value) == 0 else duration(value)


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        return None if match is None else float(match[1]) * _UNITS[match[2]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return LONGEST + 1


#: A number of things, one at least.
Count = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]
#: The same, or 0.
Copies = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
#: A duration in seconds.
Seconds = Annotated[float, BeforeValidator(duration)]
#: The same, or 0.
Patience = Annotated[float, BeforeValidator(patience)]


class Rate(BaseModel):
    """At most *attempts* in any *window* seconds; written ``"5/15m"``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    attempts: Count
    window: Seconds

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        return _parts(value)


def _parts(value: object) -> object:
    # A table of the parts stays itself: JSON has it so.
    if not isinstance(value, str):
        if isinstance(value, int | float | list):
            raise _no_rate(value)
        return value
    match = _RATE.fullmatch(value)
    if match is None or int(match[1]) < 1:
        raise _no_rate(value)
    try:
        return {"attempts": int(match[1]), "window": duration(match[2])}
    except Wrong:
        raise _no_rate(value) from None


def _no_rate(value: object) -> Wrong:
    return Wrong(f"{shown(value)} is not a rate", "write attempts/duration, like 5/15m")


def count(value: object) -> object:
    """``"auto"`` or a number of workers."""
    if value == "auto":
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1024:
        raise Wrong(f"{shown(value)} is not a number of workers", 'write "auto" or 1 to 1024')
    return value


def plain_text(value: str) -> str:
    """*value*, which must have no control characters: it ends in paths, headers and logs."""
    if not value.isprintable():
        raise Wrong(f"{shown(value)} has characters that cannot be seen", "write plain text")
    return value


def absent(value: object) -> object:
    """None for an empty text: ``key = ""`` says that there is none."""
    return None if value == "" else value


def mail_url(value: str) -> str:
    """Where mail is handed in.  What is wrong is said without the value: it holds a password."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in _MAIL_SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise Wrong(
            "this is not the address of a mail server",
            "write smtp+starttls://USER:PASSWORD@HOST[:PORT], smtps://... or smtp://...",
        )
    return value


def signup(value: object) -> object:
    """Who may make an account: nobody but administrators, in this version."""
    if value in ("invite", "open"):
        raise Wrong(f"{shown(value)} is not supported by this version", 'write "closed"')
    if value != "closed":
        raise Wrong(f"{shown(value)} is not known", 'write "closed"')
    return value
