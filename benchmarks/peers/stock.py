"""The peer on stock Twisted: the least that twisted.web alone can do.

Sessions in a dict, an answer that is ready, the stock access log in a file or none; HTTP/2 and
HTTP/1.1 by ALPN over TLS, HTTP/1.1 on the unix socket.  No store, no expiry, no limits, no
security headers: not something to put in front of anything.
"""

import argparse
import secrets
from pathlib import Path
from typing import Any

from twisted.internet.ssl import CertificateOptions, PrivateCertificate
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

_COOKIE = b"session"


class Check(Resource):
    """``/login`` for everybody, with a new session; elsewhere 200 for who has one, else 401."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[bytes, bytes] = {}

    def render_GET(self, request: Request) -> bytes:
        """The answer."""
        request.setHeader(b"content-type", b"text/plain")
        if request.path == b"/login":
            token = secrets.token_urlsafe(32).encode("ascii")
            self._sessions[token] = b"ok"
            request.addCookie(_COOKIE, token, path=b"/", secure=True, httpOnly=True)
            return b"hello\n"
        body = self._sessions.get(request.getCookie(_COOKIE) or b"")
        if body is None:
            request.setResponseCode(401)
            return b""
        return body


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
    parser.add_argument("--unix", required=True)
    parser.add_argument("--certs", type=Path, required=True)
    parser.add_argument("--log")
    asked = parser.parse_args()
    # It fixes which reactor there is, so not before the arguments are read.
    from twisted.internet import reactor

    listening: Any = reactor
    served = Site(Check(), logPath=asked.log)
    tls = certificate(asked.certs)
    # As many may wait to be accepted as at authsrv; the default of 50 is not what is measured.
    listening.listenSSL(asked.port, served, tls, backlog=1024, interface="127.0.0.1")
    listening.listenUNIX(asked.unix, served)
    listening.run()


if __name__ == "__main__":
    main()
