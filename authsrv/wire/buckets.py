"""How often something may happen: a token bucket."""

from attrs import define, field


@define
class Bucket:
    """Lets *burst* through at once and *rate* a second in the long run.

    Times are seconds of any clock; one that steps back gives and takes nothing.
    """

    burst: float
    rate: float
    _last: float
    _tokens: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._tokens = self.burst

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Whether it may happen once more, *now*, or *amount* times."""
        gained = max(0.0, now - self._last) * self.rate
        self._last = now
        self._tokens = min(self.burst, self._tokens + gained)
        if self._tokens < amount:
            return False
        self._tokens -= amount
        return True
