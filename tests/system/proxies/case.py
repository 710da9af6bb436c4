"""One malformed request: its bytes, and what a server has to make of them."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from tests.system.proxies.running import NAMES

#: What a request that is well-formed after all gets: at its path there is nothing.
UNDERSTOOD = 404
HOST = b"Host: {host}"
CLOSE = b"Connection: close"
CHUNKED = b"Transfer-Encoding: chunked"
#: A chunk that holds the inner request, and the end of the chunks.
CHUNK, LAST = b"{size}\r\n{inner}\r\n", b"0\r\n\r\n"


@frozen
class Paths:
    """What one exchange asks for."""

    #: The malformed request's own.
    own: str
    #: Of the request that it hides, or that stands behind it.
    inner: str
    #: Of a good request on the same connection, when the first has been answered.
    last: str
    #: Of a good request by somebody else.
    marker: str

    @classmethod
    def of(cls, number: int, route: str) -> "Paths":
        """Paths that nothing else asks for."""
        names = (f"/account/{kind}-{number}-{route}" for kind in ("own", "inner", "last", "marker"))
        return cls(*names)


@frozen
class Case:
    """A request whose *head* and *body* have names in braces for what is not known yet.

    *direct* are the statuses that the server must answer with; the connection closes behind the
    last, and the inner request is not answered.  *second* names the proxies that read it as
    another request of the same client, and may pass it on as such.
    """

    name: str
    head: bytes
    body: bytes
    direct: tuple[int, ...]
    second: frozenset[str] = frozenset()

    def filled(self, host: str, paths: Paths) -> bytes:
        """The bytes to send."""
        inner = b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (paths.inner.encode(), host.encode())
        size, past = (b"%x" % length for length in (len(inner), len(LAST + inner)))
        body = _filled(self.body, size=size, past=past, inner=inner)
        length = b"%d" % len(body)
        return _filled(self.head, own=paths.own.encode(), host=host.encode(), length=length) + body


def get(*fields: bytes, line: bytes = b"GET {own} HTTP/1.1") -> bytes:
    """The head of a request with *fields* and no others."""
    return b"".join(each + b"\r\n" for each in (line, *fields, b""))


def hosted(*fields: bytes, line: bytes = b"GET {own} HTTP/1.1") -> bytes:
    """The head of a request with Host and *fields*."""
    return get(HOST, *fields, line=line)


def post(*fields: bytes, version: bytes = b"1.1") -> bytes:
    """The head of a POST with Host and *fields*."""
    return hosted(*fields, line=b"POST {own} HTTP/" + version)


def in_front(status: int, heads: Mapping[str, bytes]) -> tuple[Case, ...]:
    """Cases by name: each is answered with *status*, and the request behind it is not."""
    return behind(status, {name: (head, b"{inner}") for name, head in heads.items()})


def behind(status: int, parts: Mapping[str, tuple[bytes, bytes]]) -> tuple[Case, ...]:
    """The same for heads with bodies, which end before the inner request for most readers."""
    every = frozenset(NAMES)
    return tuple(Case(name, *both, (status,), every) for name, both in parts.items())


def hiding(
    status: int,
    parts: Mapping[str, tuple[bytes, bytes]],
    second: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Case, ...]:
    """Cases by name: heads and bodies, which hide a request and are answered with *status*.

    *second* has the proxy, by case, that does not see it so.
    """
    return tuple(
        Case(name, *both, (status,), frozenset({second[name]} if name in second else ()))
        for name, both in parts.items()
    )


def _filled(text: bytes, **values: bytes) -> bytes:
    for name, value in values.items():
        text = text.replace(b"{%b}" % name.encode(), value)
    return text
