"""One connection on which anything can be said, and the answers that came back."""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Self

from attrs import frozen

_CHUNK = 1 << 16


@frozen
class Answer:
    """One answer.  Status 0: it has no head, as in HTTP/0.9."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def is_final(self) -> bool:
        """Whether it is no "100 Continue"."""
        return not 100 <= self.status < 200

    @property
    def closes(self) -> bool:
        """Whether it says that the connection ends."""
        return self.fields.get("connection", "").lower() == "close"


class Talk:
    """The client's side of a *connection*."""

    def __init__(self, connection: socket.socket) -> None:
        #: Whether the other side has closed.
        self.closed = False
        self.received = b""
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, data: bytes) -> None:
        """Send it all, unless the other side has closed: what it has said can be read yet."""
        with contextlib.suppress(OSError):
            self._connection.sendall(data)

    @property
    def answers(self) -> list[Answer]:
        """The final answers that came whole."""
        return [each for each in split(self.received, self.closed) if each.is_final]

    def read(self, within: float, count: int = 1) -> bool:
        """Read until *count* final answers, or the end, have come; whether *within* seconds."""
        return self._read_until(lambda: len(self.answers) >= count, within)

    def read_to_end(self, within: float) -> bool:
        """Read until the other side has closed; whether it has *within* seconds."""
        return self._read_until(lambda: self.closed, within)

    def _read_until(self, happened: Callable[[], bool], within: float) -> bool:
        deadline = time.monotonic() + within
        while not (self.closed or happened()):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._connection.settimeout(left)
            self._take()
        return True

    def _take(self) -> None:
        try:
            data = self._connection.recv(_CHUNK)
        except TimeoutError:
            return
        except OSError:
            data = b""
        self.received += data
        self.closed = not data


def split(data: bytes, ended: bool) -> list[Answer]:
    """The whole answers in *data*; *ended*: nothing will follow."""
    answers = []
    while data:
        answer, data = _first(data, ended)
        if answer is None:
            break
        answers.append(answer)
    return answers


def _first(data: bytes, ended: bool) -> tuple[Answer | None, bytes]:
    if not data.startswith(b"HTTP/"[: len(data)]):
        return (Answer(0, {}, data) if ended else None), b""
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        return None, b""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    fields = {name.lower(): value.strip() for name, _, value in pairs}
    status = int(first.split(" ")[1])
    length = fields.get("content-length", "0" if status < 200 else None)
    if length is None:
        # Chunks, or everything up to the end: no server here needs either but for its last word.
        return (Answer(status, fields, rest) if ended else None), b""
    if len(rest) < int(length):
        return None, b""
    return Answer(status, fields, rest[: int(length)]), rest[int(length) :]
