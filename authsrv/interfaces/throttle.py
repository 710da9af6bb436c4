"""Where attempts are counted."""

from collections.abc import Sequence

from zope.interface import Interface

from authsrv.core.throttle import Limit, Verdict


class IThrottleStore(Interface):
    """Counts of attempts, shared by all workers."""

    async def take(wanted: Sequence[tuple[str, Limit]], now: float) -> Sequence[Verdict]:
        """Count an attempt under each of these keys by :func:`authsrv.core.throttle.take`.

        The verdicts, up to the first that forbids it: then it is counted under none.  Each key is
        counted in one step, so that of two at once both are counted.
        """

    async def give_back(*keys: str) -> None:
        """The newest attempt under each was no failure (:func:`authsrv.core.throttle.give_back`).

        An unknown key is not an error.
        """

    async def undo(*keys: str) -> None:
        """About the newest attempt under each nothing was decided
        (:func:`authsrv.core.throttle.undo`).

        An unknown key is not an error.
        """

    async def reset(subject: str) -> int:
        """Forget the key *subject* and all that begin with it and a ``/``; how many."""

    async def sweep(now: float) -> int:
        """Forget what has expired (:func:`authsrv.core.throttle.expires_at`); how many.

        0 where the backend forgets by itself.
        """

    async def close() -> None:
        """Let go of everything.  Closing twice is no error."""
