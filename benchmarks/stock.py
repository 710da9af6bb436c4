"""The peer: the least that twisted.web alone can do, run as a program.

Sessions in a dict, an answer that is ready, the stock access log in a file; HTTP/2 and HTTP/1.1 by
ALPN over TLS.  No store, no expiry, no limits, no security headers: not something to put in front
of anything.
"""

import argparse
from pathlib import Path
from typing import cast

from twisted.internet.interfaces import IReactorSSL
from twisted.internet.ssl import CertificateOptions, PrivateCertificate
from twisted.web.resource import Resource
from twisted.web.server import Request, Site


class Check(Resource):
    """``/login`` for everybody; elsewhere 200 for who has a session, else 401."""

    isLeaf = True

    def __init__(self, name: bytes, sessions: dict[bytes, bytes]) -> None:
        super().__init__()
        self._name = name
        self._sessions = sessions

    def render_GET(self, request: Request) -> bytes:
        """The answer."""
        if request.path == b"/login":
            return b"hello\n"
        request.setHeader(b"content-type", b"application/json")
        body = self._sessions.get(request.getCookie(self._name) or b"")
        if body is None:
            request.setResponseCode(401)
            return b"{}"
        return body


def site(cookie: str, size: int, log: str) -> Site:
    """A site that answers *cookie* (``name=token``) with *size* bytes."""
    name, _, token = cookie.encode("ascii").partition(b"=")
    body = b'"' + b"x" * (size - 2) + b'"'
    return Site(Check(name, {token: body}), logPath=log)


def certificate(certs: Path) -> CertificateOptions:
    """The certificate that authsrv serves too."""
    pem = (certs / "localhost.pem").read_bytes()
    key = (certs / "localhost.key").read_bytes()
    options: CertificateOptions = PrivateCertificate.loadPEM(key + pem).options()
    return options


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certs", type=Path, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--cookie", required=True)
    parser.add_argument("--size", type=int, required=True)
    asked = parser.parse_args()
    from twisted.internet import reactor

    served = site(asked.cookie, asked.size, asked.log)
    secure = cast(IReactorSSL, reactor)
    secure.listenSSL(asked.port, served, certificate(asked.certs), interface="127.0.0.1")
    reactor.run()


if __name__ == "__main__":
    main()
