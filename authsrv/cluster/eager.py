"""Sockets that are written to at once.

Twisted waits for the poll to say that a socket can be written, which it nearly always can: two
calls of epoll_ctl and a turn of the reactor for each answer.
"""

from typing import Any

from twisted.internet import tcp, unix


class _Eager:
    """What is written goes out at once when nothing waits before it; what is left over waits."""

    socket: Any
    connected: Any
    disconnected: Any
    dataBuffer: bytes
    _tempDataLen: int
    _writeDisconnected: bool

    def write(self, data: bytes) -> None:
        if self.connected and not (self.dataBuffer or self._tempDataLen or self._writeDisconnected):
            try:
                sent = self.socket.send(data)
            except OSError:
                # It is full, or lost: the poll will tell.
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        super().write(data)  # type: ignore[misc]  # the other base has it


class TcpConnection(_Eager, tcp.Server):
    """An accepted TCP connection."""


class UnixConnection(_Eager, unix.Server):
    """An accepted connection on a unix socket.

    It is read as any other: what Twisted looks for beside the data, open files that a client would
    hand us, nobody asks for here, and the kernel closes them.
    """

    doRead = tcp.Server.doRead  # type: ignore[assignment]  # it says nothing of what it returns
