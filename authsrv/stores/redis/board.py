"""The board in Redis: notices are published, and each worker that holds a term confirms them.

A worker's term is renewed by a *beat*: one script enters the worker among the members and
publishes the beat's number on the worker's own channel.  When that number arrives, every notice
from before it has arrived too, on the same connection; so the term lasts LEASE seconds from when
the beat was sent.  Whoever posts waits for all members, but never longer than LEASE.
"""

from collections.abc import Callable

from attrs import define, field
from twisted.internet.defer import Deferred

from authsrv.stores.board import Heed, Notice, Term
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import Link
from authsrv.stores.redis.listening import Listener
from authsrv.stores.redis.members import Members
from authsrv.stores.redis.posting import Poster
from authsrv.stores.redis.pulse import Pulse
from authsrv.stores.redis.tenure import Tenure


@define(eq=False)
class RedisBoard:
    """One worker's place at the board; *name* is its own.

    A board that is never started posts all the same, and waits for LEASE seconds each time.
    """

    link: Link
    name: str
    monotonic: Callable[[], float]
    #: Told when somebody has not confirmed in time.
    told: Callable[[str], None] = lambda _event: None
    _heeds: list[Heed] = field(factory=list, init=False)
    _members: Members = field(init=False)
    _tenure: Tenure = field(init=False)
    _poster: Poster = field(init=False)
    _listener: Listener = field(init=False)

    def __attrs_post_init__(self) -> None:
        whose = self.name, self.monotonic
        self._members = Members(self.link)
        self._tenure = Tenure(self.monotonic, Pulse(self.link.durability == "replica"))
        self._poster = Poster(*whose, self._members, self._tenure, self.told)
        self._listener = Listener(*whose, self._members, self._tenure, self._poster, self._obey)

    @property
    def term(self) -> Term | None:
        """The term that lasts now, or None."""
        return self._tenure.term

    def require(self) -> None:
        """Raise StoreUnavailable if nothing can be posted now."""
        self._members.require()

    def heed(self, by: Heed) -> None:
        """Tell *by* every notice."""
        self._heeds.append(by)

    def start(self) -> None:
        """Listen from now on."""
        self._listener.start()

    def post(self, notice: Notice) -> Deferred[None]:
        """Returns when no worker believes a copy from before.

        Raises StoreUnavailable; then it is published with the first beat that gets through.
        """
        self._obey(notice)
        return deferred(self._poster.post(notice))

    def close(self) -> Deferred[None]:
        """Listen no more, and be waited for no more."""
        return deferred(self._listener.close())

    def _obey(self, notice: Notice) -> None:
        for heed in self._heeds:
            heed(notice)
