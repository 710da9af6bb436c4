"""A small browser: one keep-alive connection over TLS, and cookies."""

import http.client
import json
import ssl
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from attrs import frozen

from tests.system.server import Server

ALICE, PASSWORD = "alice", "correct horse battery staple"
SESSION = "__Host-authsrv"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
#: Not an answer: the connection broke, or nothing came in time.
NO_ANSWER = (OSError, http.client.HTTPException)


@frozen
class Answer:
    """An answer that was read whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def trusting(authority: Path) -> ssl.SSLContext:
    """TLS that believes *authority* alone."""
    return ssl.create_default_context(cafile=str(authority))


class Client:
    """Talks HTTP/1.1 to a server.  It never tries twice: a broken connection is raised."""

    def __init__(
        self, server: Server, host: str = "localhost", agent: str = "test", timeout: float = 20
    ) -> None:
        self.cookies: dict[str, str] = {}
        self.agent = agent
        self._server = server
        self._host = host
        self._timeout = timeout

    @cached_property
    def connection(self) -> http.client.HTTPConnection:
        """The connection; http.client opens it with the first request, and again if closed."""
        context = trusting(self._server.authority)
        port = self._server.ports.https
        return http.client.HTTPSConnection(self._host, port, timeout=self._timeout, context=context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request and its whole answer.  Raises one of NO_ANSWER, and the connection ends."""
        sent = {"User-Agent": self.agent, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
            whole = Answer(answer.status, answer.headers, answer.read())
        except NO_ANSWER:
            self.connection.close()
            raise
        self._keep_cookies(whole.headers.get_all("Set-Cookie") or [])
        return whole

    def get(self, path: str, **headers: str) -> Answer:
        """GET, as a browser that navigates."""
        return self.request("GET", path, headers={"Accept": "text/html", **headers})

    def post(self, path: str, **fields: str) -> Answer:
        """POST a form, as a browser that navigates."""
        headers = {"Accept": "text/html", **_FORM}
        return self.request("POST", path, urlencode(fields).encode(), headers)

    def sign_in(
        self,
        name: str = ALICE,
        password: str = PASSWORD,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sign in over the API: 201."""
        body = json.dumps({"name": name, "password": password}).encode()
        return self.request("POST", "/api/session", body, _JSON | dict(headers or {}))

    def sign_out(self) -> Answer:
        """Sign out over the API: 204."""
        return self.request("DELETE", "/api/session")

    def who(self) -> Answer:
        """Who am I: 200, or 401."""
        return self.request("GET", "/api/session")

    @property
    def token(self) -> str:
        """What the session cookie holds."""
        return self.cookies[SESSION]

    def _keep_cookies(self, headers: list[str]) -> None:
        for header in headers:
            pair, *attributes = (part.strip() for part in header.split(";"))
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
