"""Where attempts are counted."""

from zope.interface import Interface

from authsrv.core.throttle import Limit, Verdict


class IThrottleStore(Interface):
    """Counts of attempts, shared by all workers."""

    async def take(key: str, limit: Limit, now: float) -> Verdict:
        """Count an attempt under *key* by :func:`authsrv.core.throttle.take`, in one step."""

    async def give_back(key: str) -> None:
        """The newest attempt under *key* was no failure (:func:`authsrv.core.throttle.give_back`).

        An unknown key is not an error.
        """

    async def undo(key: str) -> None:
        """About the newest attempt under *key* nothing was decided
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
