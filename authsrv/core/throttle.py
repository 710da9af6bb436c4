"""How often somebody may try.  An attempt is counted *before* the proof is looked at.

A sliding log: each key remembers its recent attempts, so a limit holds in every window, not only
in aligned ones.  What succeeds is given back.  NIST SP 800-63B-4, section 3.2.2: at most a
hundred failures in a row.
"""

from collections.abc import Sequence

from attrs import evolve, frozen

#: After so many failures in a row an account stays locked until an administrator resets it.
LOCK_AFTER = 100
#: How long a row of failures is remembered, in seconds.  Names that are no account's are counted
#: like the others, so what is counted must end some day.
KEEP_ROW = 90 * 24 * 3600.0


@frozen
class Limit:
    """At most *attempts* in any *window* seconds; *lock_after* in a row, or None for no lock."""

    attempts: int
    window: float
    lock_after: int | None = None


@frozen
class Counts:
    """What is remembered of one key: the times of recent attempts, and failures in a row."""

    recent: tuple[float, ...] = ()
    in_a_row: int = 0


@frozen
class Verdict:
    """Whether an attempt may go on; if not, *retry_after* seconds, or *locked* for good."""

    allowed: bool
    retry_after: float = 0.0
    locked: bool = False


def take(counts: Counts, limit: Limit, now: float) -> tuple[Counts, Verdict]:
    """Count one attempt at *now*, unless *limit* forbids it: a refused attempt costs nothing."""
    recent = _within(counts.recent, limit.window, now)
    if limit.lock_after is not None and counts.in_a_row >= limit.lock_after:
        return counts, Verdict(allowed=False, retry_after=limit.window, locked=True)
    if len(recent) >= limit.attempts:
        oldest = recent[-limit.attempts]
        return evolve(counts, recent=recent), Verdict(
            allowed=False, retry_after=oldest + limit.window - now
        )
    return Counts((*recent, now), counts.in_a_row + 1), Verdict(allowed=True)


def take_all(
    wanted: Sequence[tuple[Counts, Limit]], now: float
) -> tuple[Sequence[Counts], Sequence[Verdict]]:
    """Count one attempt under each, or under none if a limit forbids it: that verdict is the last.

    As many counts come back as were given.
    """
    before = [counts for counts, _ in wanted]
    after: list[Counts] = []
    verdicts: list[Verdict] = []
    for counts, limit in wanted:
        taken, verdict = take(counts, limit, now)
        verdicts.append(verdict)
        if not verdict.allowed:
            return [*before[: len(after)], taken, *before[len(after) + 1 :]], verdicts
        after.append(taken)
    return after, verdicts


def undo(counts: Counts) -> Counts:
    """*counts* as if the newest attempt had not been made: nothing was decided about it."""
    return Counts(counts.recent[:-1], max(0, counts.in_a_row - 1))


def give_back(counts: Counts) -> Counts:
    """*counts* after the newest attempt turned out to be no failure: its row ends here."""
    return Counts(counts.recent[:-1], 0)


def expires_at(counts: Counts, limit: Limit, now: float) -> float:
    """When *counts* say nothing any more.  Failures further apart than KEEP_ROW are no row."""
    newest = counts.recent[-1] if counts.recent else now
    keep = limit.window if limit.lock_after is None else max(limit.window, KEEP_ROW)
    return newest + keep


def _within(recent: tuple[float, ...], window: float, now: float) -> tuple[float, ...]:
    # An attempt stamped in the future (the clock was stepped back) counts as made now: it
    # neither vanishes nor blocks for longer than one window.
    return tuple(min(at, now) for at in recent if at > now - window)
