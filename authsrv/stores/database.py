"""One SQLite file, as stores use it: a reader on the calling thread and a writer."""

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from twisted.internet.defer import Deferred

from authsrv.stores.sqlite import Locked, Reader, Schema, open_file
from authsrv.stores.threads import InThread
from authsrv.stores.writer import Writer

T = TypeVar("T")


class Database:
    """The file *path*, which is made to hold *schema* if any; writes wait in *in_thread*.

    Opening blocks, and raises StoreUnavailable with a line for the operator.
    """

    def __init__(self, path: Path, schema: Schema | None, in_thread: InThread) -> None:
        self.path = path
        connection = open_file(path, schema)
        try:
            self._reader = Reader(path)
        except BaseException:
            connection.close()
            raise
        self.writer = Writer(connection, in_thread)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """The result of *query* on what is committed now; it must leave no cursor open."""
        try:
            return self._reader.run(query)
        except Locked:
            # Rare in WAL mode: another process recovers the file, or is the last to close it.
            return await self.writer.put(query)

    def write(self, change: Callable[[Connection], T]) -> Deferred[T]:
        """The result of *change*, once it is on the disk (see :meth:`Writer.put`)."""
        return self.writer.put(change)

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file.  Twice is no error."""
        self._reader.close()
        await self.writer.close()
