"""One request over TLS, to prepare a measurement; the load itself is h2load's."""

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from attrs import frozen

_PATIENCE = 30.0


@frozen
class Answer:
    """An answer, read whole."""

    status: int
    cookies: tuple[str, ...]
    body: bytes


@frozen
class Client:
    """Asks the server on *port* of this machine, and believes *authority* alone."""

    port: int
    authority: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET on a connection of its own.  Raises OSError or HTTPException."""
        return self._ask("GET", path, None, headers or {})

    def post_json(self, path: str, body: bytes) -> Answer:
        """POST of *body*, likewise."""
        return self._ask("POST", path, body, {"Content-Type": "application/json"})

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        trusting = ssl.create_default_context(cafile=str(self.authority))
        connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=_PATIENCE, context=trusting
        )
        with closing(connection):
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            cookies = answer.headers.get_all("Set-Cookie") or ()
            return Answer(answer.status, tuple(cookies), answer.read())
