"""Where a wall listens: it can stop accepting so that who connects hangs."""

import asyncio
import contextlib
import socket
import struct

_BACKLOG = 1024
# struct tcp_info of a listening socket: tcpi_unacked wait to be accepted, tcpi_sacked may.
_QUEUE = struct.Struct("24x2I")


class Listener:
    """A listening socket on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._fillers: list[socket.socket] = []

    @property
    def is_blocked(self) -> bool:
        """Whether who connects hangs."""
        return bool(self._fillers)

    async def accept(self) -> socket.socket:
        """The next who connects."""
        plain, _ = await asyncio.get_running_loop().sock_accept(self._socket)
        return plain

    async def block(self) -> None:
        """Have all hang that connect: while the queue before accept(2) is full, SYNs are dropped.

        Nobody may wait in accept meanwhile.
        """
        self._socket.listen(0)
        while not self._is_full():
            assert len(self._fillers) < 20
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._socket.getsockname())
            self._fillers.append(filler)
            await asyncio.sleep(0.01)

    def unblock(self) -> list[socket.socket]:
        """Undo it; those who were in the queue before."""
        own = {each.getsockname() for each in self._fillers}
        waited = []
        with contextlib.suppress(BlockingIOError):
            while True:
                plain, peer = self._socket.accept()
                if peer in own:
                    plain.close()
                else:
                    waited.append(plain)
        self._end_fillers()
        self._socket.listen(_BACKLOG)
        return waited

    def close(self) -> None:
        """Listen no more."""
        self._end_fillers()
        self._socket.close()

    def _end_fillers(self) -> None:
        for each in self._fillers:
            each.close()
        self._fillers.clear()

    def _is_full(self) -> bool:
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _QUEUE.size)
        waiting, most = _QUEUE.unpack(told)
        return bool(waiting > most)
