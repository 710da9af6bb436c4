"""A thousand clients that take their time."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from attrs import frozen

from tests.system.faults.fault import Fault
from tests.system.many_slow import HEAD, Cut, Way, answers, body, slow_clients
from tests.system.server import Server
from tests.system.test_admission import struck

#: Seconds within which they are cut: all of them are there for a while.
_PATIENCE = 8


@frozen
class _Kind:
    """So many of a *way* to be slow, the *limit* that ends it, and what that one says."""

    count: int
    way: Way
    limit: str
    said: bytes


class SlowThousand(Fault):
    """They send a byte of a head or of a body now and then, or take nothing of an answer.

    All come from a trusted proxy, so they are not too many for one address.
    """

    name = "a thousand slow readers and writers"
    settings: ClassVar[Mapping[str, object]] = {
        "limits.header_seconds": _PATIENCE,
        "limits.body_seconds": _PATIENCE,
        "limits.write_seconds": _PATIENCE,
    }

    def work(self, server: Server, seconds: float) -> None:
        """Come together, and stay until they are cut, however many *seconds* that takes."""
        self._kinds = _kinds(urlsplit(server.base).netloc)
        ways = [kind.way for kind in self._kinds for _ in range(kind.count)]
        with slow_clients(server, ways) as cuts:
            self._cuts = cuts.result()
        print(f"\n{_together(self._cuts)} of {len(ways)} slow clients were there at once")

    def check(self, server: Server) -> None:
        """Every one of them was cut by its limit, and told so."""
        ends = iter(self._cuts)
        for kind in self._kinds:
            said = [next(ends).said for _ in range(kind.count)]
            assert [each for each in said if kind.said not in each] == []
            assert struck(server, kind.limit) >= kind.count
        # On a machine with nothing else to do all of them are there before the first is cut.
        assert _together(self._cuts) > len(self._cuts) / 5


def _kinds(host: str) -> list[_Kind]:
    told = b"HTTP/1.1 408 "
    # A GOAWAY frame: its type, no flags, the stream 0 (RFC 9113, section 6.8).
    leave = b"\x07\x00\x00\x00\x00\x00"
    return [
        _Kind(400, HEAD, "header_seconds", told),
        _Kind(300, body(host), "body_seconds", told),
        _Kind(300, answers(host), "write_seconds", leave),
    ]


def _together(cuts: list[Cut]) -> int:
    """How many were there at the same moment, at most."""
    return max(sum(it.began <= cut.began < it.began + it.after for it in cuts) for cut in cuts)
