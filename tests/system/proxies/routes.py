"""The ways to a server: straight to it over TLS, or through a proxy."""

import json
import socket
import ssl
from pathlib import Path

from attrs import frozen

from tests.system.proxies.talking import Answer, Talk

_WITHIN = 20.0


@frozen
class Route:
    """A way to the server that people know as *host*: *port* of 127.0.0.1, in TLS if *tls*.

    *upstream* is the port that a proxy asks; straight to the server there is none.
    """

    name: str
    port: int
    host: str
    tls: ssl.SSLContext | None = None
    upstream: int | None = None

    def connect(self, sender: str) -> Talk:
        """A connection from the address *sender*, one of this machine's."""
        plain = socket.create_connection(("127.0.0.1", self.port), _WITHIN, (sender, 0))
        if self.tls is None:
            return Talk(plain)
        return Talk(self.tls.wrap_socket(plain, server_hostname="localhost"))

    def good(self, path: str) -> bytes:
        """A good request for *path*, the last on its connection."""
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {self.host}",
            "Accept: application/json",
            "Connection: close",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()

    def ask(self, path: str, sender: str) -> list[Answer]:
        """What *sender* gets for a good request on a connection of its own."""
        with self.connect(sender) as talk:
            talk.send(self.good(path))
            assert talk.read_to_end(_WITHIN), talk.received
            return talk.answers


def request_id(answer: Answer) -> str | None:
    """Which request *answer* says that it answers, if it is one of authsrv's to a program."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return str(found["request_id"]) if isinstance(found, dict) and "request_id" in found else None


def kept_to(port: int) -> frozenset[int]:
    """The ports of those who have a connection to *port* on this machine, as the kernel says."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    ends = [(local, remote) for _, local, remote, state, *_ in rows if state == "01"]
    return frozenset(_port(local) for local, remote in ends if _port(remote) == port)


def _port(end: str) -> int:
    return int(end.rpartition(":")[2], 16)
