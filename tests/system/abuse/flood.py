"""Sending frames without end, until the server has had enough."""

from collections.abc import Callable, Iterator
from itertools import islice

from hyperframe.frame import Frame

from tests.system.abuse.target import FRAMES, Seen, Target
from tests.system.rawhttp2 import RawHttp2, name

Frames = Iterator[Frame | bytes]
#: What a client sends, for as long as it is let.
Flood = Callable[[RawHttp2], Frames]
_CHUNK = 50
#: Of a client that does not read, in bytes; with less the kernel loses what comes while we send.
_SMALL = 65_536
#: A server that has not cut by then will not: after so many frames, or seconds of its CPU.
_GIVE_UP, _TOO_DEAR = FRAMES + 500, 1.0


def read(target: Target, flood: Flood, settings: dict[int, int] | None = None) -> Seen:
    """*flood* by a client that reads all: after each chunk it waits for the server's PING."""
    with target.connect(settings) as client:
        sent, cpu = 0, target.worker.cpu()
        for chunk in _chunks(flood(client), _GIVE_UP):
            sent += len(chunk)
            if not client.send(*chunk) or not client.sync(10):
                return Seen(how(client), sent)
            if target.worker.cpu() - cpu > _TOO_DEAR:
                break
        return Seen("alive", sent)


def unread(target: Target, flood: Flood) -> Seen:
    """*flood* by a client that reads nothing until it has sent all: how it ended is seen then."""
    with target.connect(receive_buffer=_SMALL) as client:
        sent, cpu = 0, target.worker.cpu()
        for chunk in _chunks(flood(client), FRAMES):
            sent += len(chunk)
            if not client.send(*chunk):
                break
            if target.worker.cpu() - cpu > _TOO_DEAR:
                return Seen("alive", sent)
        return Seen("alive" if client.sync(10) else how(client), sent)


def how(client: RawHttp2, within: float = 5.0) -> str:
    """How the server ends a connection; fails if it is still open after so many seconds."""
    code = client.end(within)
    return "closed" if code is None else f"GOAWAY {name(code)}"


def _chunks(frames: Frames, most: int) -> Iterator[list[Frame | bytes]]:
    some = islice(frames, most)
    while chunk := list(islice(some, _CHUNK)):
        yield chunk
