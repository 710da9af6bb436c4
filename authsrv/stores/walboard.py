"""A board that a SQLite file is by itself: whoever commits changes the head of its index.

The ``-shm`` file of a database in WAL mode begins with a head, twice, that every commit changes
(sqlite.org/walformat.html, section 2.1); SQLite itself compares it to know whether what it has
read is still so.  Reading 96 bytes costs a tenth of a query.
"""

import os
from collections.abc import Callable
from pathlib import Path

from attrs import define, field
from twisted.internet.defer import Deferred, succeed

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Heed, Notice, Term

_HEAD = 48
# Open until the process ends: to close a descriptor of a file drops the locks that SQLite has on
# it in this process (sqlite.org/howtocorrupt.html, section 2.2).
_descriptors: dict[tuple[int, int], int] = {}


def _opened(path: Path) -> int:
    found = os.stat(path)
    known = _descriptors.get((found.st_dev, found.st_ino))
    if known is not None:
        return known
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    _descriptors[found.st_dev, found.st_ino] = descriptor
    return descriptor


@define(eq=False)
class WalBoard:
    """For the database at *path*, which this process has open as long as this is used.

    A term ends with the next commit, by whichever process; so nothing needs to be posted.
    """

    path: Path
    #: What goes on at this moment.  Two questions within one such thing are asked at one time.
    moment: Callable[[], object | None] = lambda: None
    _read: Callable[[int, int, int], bytes] = os.pread
    _descriptor: int = field(init=False)
    _head: bytes = field(default=b"", init=False)
    _term: Term | None = field(default=None, init=False)
    _looked: object | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        try:
            self._descriptor = _opened(self.path.with_name(self.path.name + "-shm"))
        except OSError as error:
            raise StoreUnavailable(f"cannot watch {self.path}: {error.strerror}") from error

    @property
    def term(self) -> Term | None:
        """What lasts until the next commit; None while one is made, or if that cannot be seen."""
        moment = self.moment()
        if moment is not None and moment is self._looked:
            return self._term
        self._looked = moment
        try:
            head = self._read(self._descriptor, 2 * _HEAD, 0)
        except OSError:
            # The store will fare no better, and says so.
            head = b""
        if head != self._head:
            if len(head) != 2 * _HEAD or head[:_HEAD] != head[_HEAD:]:
                self._looked = None
                return None
            if self._term is not None:
                self._term.until = float("-inf")
            self._head, self._term = head, Term(float("inf"))
        return self._term

    def require(self) -> None:
        """There is nobody to be told."""

    def heed(self, by: Heed) -> None:
        """There are no notices."""

    def post(self, notice: Notice) -> Deferred[None]:
        """Whoever looks sees that something has changed."""
        return succeed(None)

    def start(self) -> None:
        """There is nothing to listen to."""

    def close(self) -> Deferred[None]:
        """The descriptor stays."""
        return succeed(None)
