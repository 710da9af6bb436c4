"""Redis's protocol (RESP2): one connection that sends commands and reads what comes back."""

import select
import socket
import ssl
from types import TracebackType
from typing import Any, Self

Word = str | bytes | int


class Refused(Exception):
    """The server has answered with an error, whose first word is its kind."""

    @property
    def kind(self) -> str:
        """WRONGPASS, READONLY, OOM, MOVED, LOADING ..."""
        return str(self).partition(" ")[0]


class Connection:
    """A connection to a *port* of 127.0.0.1.  Every read has a limit of *timeout* seconds."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, timeout: float = 5.0) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout)
        try:
            self._socket = tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain
        except OSError:
            plain.close()
            raise
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._socket.close()

    def command(self, *words: Word) -> Any:
        """Send a command; its answer, as in read."""
        self.send(*words)
        return self.read()

    def send(self, *words: Word) -> None:
        """Send a command and wait for nothing."""
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        said = [b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]
        self._socket.sendall(b"*%d\r\n%b" % (len(parts), b"".join(said)))

    def hears(self, within: float) -> bool:
        """Whether anything comes *within* seconds: an answer, or the connection's end."""
        return bool(select.select([self._socket], [], [], within)[0])

    def read(self) -> Any:
        """The next answer: text, a number, None, or a list of those.

        Raises Refused for an error, OSError when the connection has ended or nothing comes.
        Bytes that are no UTF-8 come as surrogates.
        """
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionResetError("the connection was closed")
        kind, rest = line[:1], _text(line[1:-2])
        if kind == b"-":
            raise Refused(rest)
        if kind == b"+":
            return rest
        return self._sized(kind, int(rest))

    def _sized(self, kind: bytes, number: int) -> Any:
        if kind == b":":
            return number
        if number < 0:
            return None
        if kind == b"*":
            return [self.read() for _ in range(number)]
        assert kind == b"$", kind
        data = self._file.read(number + 2)
        if len(data) < number + 2:
            raise ConnectionResetError("the connection was closed")
        return _text(data[:-2])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
