"""One connection through a wall: two ways, each of which keeps its order."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from attrs import define

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_PIECE = 65536
_MOST_WAITING = 1000
# close(2) sends RST and delivers nothing more (SO_LINGER, socket(7)).
_AT_ONCE = struct.pack("ii", 1, 0)


@define
class Traffic:
    """All that goes in one direction: what becomes of it from now on, and what became of it.

    A piece is what was read at once: a small command or answer whole, if nothing stood behind it.
    """

    vanishes: bool = False
    #: By how many seconds each piece is late.
    delay: float = 0.0
    #: How many pieces came through, and how many did not.
    passed: int = 0
    lost: int = 0


class Way:
    """One direction of one connection.

    Where bytes were lost nothing comes through any more, whatever the mode is by then: TCP never
    hands over what stands behind a gap.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, traffic: Traffic
    ) -> None:
        self._reader, self._writer, self._traffic = reader, writer, traffic
        self._queue: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue(_MOST_WAITING)
        self._open = asyncio.Event()
        self._open.set()
        self._torn = False
        #: Pieces that came and are neither passed nor lost yet.
        self.waiting = 0

    def hold(self) -> None:
        """Let nothing through until release."""
        self._open.clear()

    def release(self) -> None:
        """Let all through that has waited, and what comes."""
        self._open.set()

    async def take(self, look: Callable[[bytes], None]) -> None:
        """Read to the end; *look* sees each piece before it goes on."""
        piece: bytes | None = b" "
        while piece:
            try:
                piece = await self._reader.read(_PIECE)
            except OSError:
                piece = None
            if piece:
                look(piece)
                self.waiting += 1
            now = asyncio.get_running_loop().time()
            await self._queue.put((now + self._traffic.delay, piece))

    async def give(self) -> None:
        """Write what was read, when it is due.  An end is a piece like any other.

        Raises ConnectionResetError where the reset of the other side has come through.
        """
        while True:
            due, piece = await self._queue.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            await self._open.wait()
            self._torn = self._torn or self._traffic.vanishes
            if piece:
                self.waiting -= 1
                self._pass_on(piece)
                await self._writer.drain()
            elif not self._torn:
                break
        if piece is None:
            raise ConnectionResetError
        self._writer.write_eof()

    def _pass_on(self, piece: bytes) -> None:
        if self._torn:
            self._traffic.lost += 1
        else:
            self._traffic.passed += 1
            self._writer.write(piece)


class Passage:
    """A client's connection, and the one to the server that was made for it."""

    def __init__(self, client: Ends, server: Ends, requests: Traffic, answers: Traffic) -> None:
        self._writers = client[1], server[1]
        self._requests = Way(client[0], server[1], requests)
        self.answers = Way(server[0], client[1], answers)

    async def run(self, look: Callable[[bytes], None]) -> None:
        """Go on until both sides have ended, or one was reset; *look* sees each request."""
        ways = (
            self._requests.take(look),
            self._requests.give(),
            self.answers.take(lambda _: None),
            self.answers.give(),
        )
        tasks = [asyncio.create_task(each) for each in ways]
        try:
            await asyncio.gather(*tasks)
            for each in self._writers:
                each.close()
                await each.wait_closed()
        except OSError:
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for each in self._writers:
                reset(each)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close at once, with RST; nothing if it is closed."""
    with contextlib.suppress(OSError):
        plain = writer.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
