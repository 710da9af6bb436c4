"""When to stop asking: after failures in a row everybody is refused at once, until a probe works.

A store that does not answer costs each caller its deadline; a circuit lets few pay for it.
"""

from attrs import define

#: So many failures in a row open it.
FAILURES = 3


@define
class Circuit:
    """Counts failures in a row."""

    _failures: int = 0
    is_open: bool = False

    def failed(self) -> bool:
        """One more failure; whether this has opened it."""
        self._failures += 1
        if self.is_open or self._failures < FAILURES:
            return False
        self.is_open = True
        return True

    def worked(self) -> None:
        """An answer in time.  Once it is open a probe alone closes it, not one from before."""
        if not self.is_open:
            self._failures = 0

    def close(self) -> None:
        """A probe has worked."""
        self._failures, self.is_open = 0, False
