"""The access log: one JSON line a request, without query, cookie or body."""

import json
from collections.abc import Callable
from functools import lru_cache
from time import gmtime, strftime, time

from attrs import define, field

from authsrv.wire.request import Request
from authsrv.wire.turns import Turns

#: Bytes that are written to a pipe in one piece (PIPE_BUF, pipe(7)).
PIPE = 4096
#: In characters, before escaping.
LONGEST_PATH = 256
_ACCOUNT = ',"account":'
_quoted = json.encoder.encode_basestring_ascii


@define(eq=False)
class AccessLog:
    """Writes each line by *write* before its answer leaves, those of a turn together.

    No more at once than a pipe takes in one piece: other workers write there too.  On HTTP/1.1
    an answer leaves at once, and so does its line.
    """

    _write: Callable[[bytes], object]
    _worker_index: int
    _turns: Turns
    _clock: Callable[[], float] = time
    _lines: list[bytes] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)

    def note(self, request: Request) -> None:
        """A request is over."""
        text = line(request, self._worker_index, self._clock())
        if request.protocol_name != "HTTP/2":
            self._write(text)
            return
        if self._size + len(text) > PIPE:
            self._flush()
        if not self._lines:
            self._turns.send(self._flush)
        self._lines.append(text)
        self._size += len(text)

    def _flush(self) -> None:
        if self._lines:
            self._write(b"".join(self._lines))
            self._lines, self._size = [], 0


def line(request: Request, worker_index: int, now: float) -> bytes:
    """The line for *request*, which ended at *now* (seconds since the epoch).

    Status 499: the client left before the answer.  About 4 µs.
    """
    account, head = request.account_id, request.head
    if head.asked is None:
        head.asked = _asked(request)
    return (
        f'{{"time":"{_rfc3339(now)}","event":"request","id":"{request.id}",'
        f'{head.asked},"status":{request.code},'
        f'"bytes":{request.sentLength},"ms":{request.seconds * 1000:.1f},'
        f'"protocol":"{request.protocol_name}","worker":{worker_index}'
        f"{'' if account is None else _ACCOUNT + _quoted(account)}}}\n"
    ).encode("ascii")


def _asked(request: Request) -> str:
    # Quoted by json, in ASCII only, is what others have chosen: no line separator or terminal
    # sequence of a path reaches the log as itself.
    return (
        f'"address":{_quoted(request.client)},"method":{_quoted(request.verb[:32])},'
        f'"path":{_quoted(request.text_path[:LONGEST_PATH])}'
    )


def _rfc3339(now: float) -> str:
    whole, thousandths = divmod(int(now * 1000), 1000)
    return f"{_to_the_second(whole)}.{thousandths:03d}Z"


@lru_cache(maxsize=2)
def _to_the_second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))
