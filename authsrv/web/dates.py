"""Times in the reader's language, by CLDR.  All times are seconds since the epoch, shown in UTC:
without a script a server cannot know where its reader is."""

from datetime import UTC, datetime, timedelta
from math import ceil

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta

#: The units a duration is told in: from how many seconds on, and the seconds of one.
_UNITS = (
    (2 * 86400, "day", 86400),
    (2 * 3600, "hour", 3600),
    (60, "minute", 60),
    (0, "second", 1),
)
# No unit is larger than the one asked for: "30 days", never "1 month".
_NEVER_LARGER = 1e9


def iso(at: float) -> str:
    """*at* for ``<time datetime>`` (RFC 3339), to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: float, language: str) -> str:
    """*at* to the minute: ``September 21, 2026, 14:13 UTC``."""
    moment = datetime.fromtimestamp(at, UTC)
    date = format_date(moment, "long", locale=language)
    time = format_skeleton("Hm", moment, tzinfo=UTC, locale=language)
    glue = str(Locale.parse(language).datetime_formats["medium"])
    return glue.format(time, date) + " UTC"


def ago(at: float, now: float, language: str) -> str | None:
    """How long before *now* it was, roughly; None within the last minute, and in the future.

    A clock that was stepped back puts what has just happened in the future.
    """
    if now - at < 60:
        return None
    return format_timedelta(timedelta(seconds=at - now), add_direction=True, locale=language)


def duration(seconds: float, language: str) -> str:
    """So many *seconds* in one unit, rounded up: ``15 minutes``, ``36 hours``, ``30 days``.

    Never shorter than it is: whoever waits as long as they are told has waited long enough.
    """
    unit, size = next((unit, size) for least, unit, size in _UNITS if max(0, seconds) >= least)
    return format_timedelta(
        timedelta(seconds=max(1, ceil(seconds / size)) * size),
        granularity=unit,  # type: ignore[arg-type]  # one of the names above
        threshold=_NEVER_LARGER,
        locale=language,
    )
