"""A board whose notices arrive when a test says so, and whose terms begin and end by its word."""

from attrs import define, field

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Heed, Notice, Term


@define(eq=False)
class BoardAtHand:
    """Others hear at once what is posted; what they post, a test tells."""

    term: Term | None = field(factory=lambda: Term(float("inf")))
    is_away: bool = False
    posted: list[Notice] = field(factory=list)
    closed: int = 0
    _heeds: list[Heed] = field(factory=list)

    def begin(self, until: float = float("inf")) -> None:
        """A new term, which lasts until then."""
        self.term = Term(until)

    def end(self) -> None:
        """Notices may be missed from now on."""
        self.term = None

    def tell(self, notice: Notice) -> None:
        """*notice* comes from another worker."""
        for heed in self._heeds:
            heed(notice)

    # What a board does

    def require(self) -> None:
        """Raise StoreUnavailable if nothing can be posted now."""
        if self.is_away:
            raise StoreUnavailable("the board is away")

    def heed(self, by: Heed) -> None:
        """Tell *by* every notice."""
        self._heeds.append(by)

    async def post(self, notice: Notice) -> None:
        """Tell everybody."""
        self.tell(notice)
        self.require()
        self.posted.append(notice)

    def start(self) -> None:
        """Terms are the test's."""

    async def close(self) -> None:
        """Nothing to let go of."""
        self.closed += 1
