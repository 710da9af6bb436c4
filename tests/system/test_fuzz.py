"""Whatever is sent, the answer is never a 500, and nothing breaks inside."""

import http.client
import time
from urllib.parse import urlencode

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from authsrv.wire.target import METHODS
from tests import asked
from tests.system.client import NO_ANSWER, SESSION, Client, trusting
from tests.system.raw import exchange
from tests.system.server import Server

SECONDS = 5.0
PATHS = (*asked.routes(), "/api/sessions?others", "/nowhere")
#: Of each strategy as many as fit into SECONDS, none shrunk: the server has a state.
BRIEFLY = settings(
    max_examples=2000,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TEXT = st.text(max_size=60)
PAIRS = st.lists(st.tuples(st.sampled_from(asked.fields()) | TEXT, TEXT), max_size=6)
LATIN = st.characters(max_codepoint=255, exclude_characters="\r\n\0")
#: Host and what frames a body are for test_bytes: http.client would contradict itself.
FRAMING = {"host", "connection", "content-length", "transfer-encoding"}
HEADERS = st.dictionaries(
    st.sampled_from(
        (
            *(name.title() for name in asked.headers() if name not in FRAMING),
            "If-None-Match",
            "Range",
            "Referer",
            "X-Forwarded-Host",
        )
    ),
    st.text(LATIN, max_size=40),
    max_size=5,
)
TARGETS = st.sampled_from(PATHS) | st.text(
    st.characters(min_codepoint=33, max_codepoint=126), max_size=40
).map(lambda text: "/" + text)
BODIES = PAIRS.map(lambda pairs: urlencode(pairs).encode()) | st.binary(max_size=200)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Until:
    """Time that runs out: what comes later passes at once."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.count = 0

    def more(self) -> bool:
        """Whether there is time for one more."""
        self.count += time.monotonic() < self.end
        return time.monotonic() < self.end


def check_log(server: Server, what: str, count: int) -> None:
    """The server has noticed nothing worse than a client."""
    bad = [each for each in server.lines() if each.get("level") in ("error", "critical")]
    assert bad == []
    log = (server.home / "log").read_text()
    assert "Traceback" not in log + server.stderr()
    statuses: dict[int, int] = {}
    for each in server.requests():
        statuses[each["status"]] = statuses.get(each["status"], 0) + 1
    print(f"\n{count} {what}; all answers so far: {dict(sorted(statuses.items()))}")
    assert 500 not in statuses
    assert count > 50


def test_requests(server: Server) -> None:
    """Any method, path, header field and body, by strangers and by somebody signed in."""
    time_left = Until(SECONDS)
    with Client(server) as client:
        client.sign_in()
        mine = dict(client.cookies)

        @seed(1)
        @BRIEFLY
        @given(st.sampled_from(METHODS), TARGETS, HEADERS, BODIES, st.booleans(), st.booleans())
        def ask(
            method: str, target: str, headers: dict[str, str], body: bytes, known: bool, form: bool
        ) -> None:
            if not time_left.more():
                return
            client.cookies = dict(mine) if known and "Cookie" not in headers else {}
            sent = (FORM if form else JSON) | headers
            try:
                answer = client.request(method, target, body, sent)
            except (*NO_ANSWER, UnicodeError):
                return
            assert answer.status < 500, answer.text
            assert b"Traceback" not in answer.body

        ask()
    check_log(server, "requests", time_left.count)


def test_cookies(server: Server) -> None:
    """Any cookie: nobody is signed in, and nothing breaks."""
    time_left = Until(SECONDS)
    names = (*asked.cookies(), f"a=b; {SESSION}", "")
    with Client(server) as client:

        @seed(2)
        @BRIEFLY
        @given(st.text(LATIN, max_size=80), st.sampled_from(names))
        def ask(value: str, name: str) -> None:
            if not time_left.more():
                return
            try:
                answer = client.request("GET", "/account", headers={"Cookie": f"{name}={value}"})
            except NO_ANSWER:
                return
            assert answer.status in (303, 400, 401), answer.text

        ask()
    check_log(server, "cookies", time_left.count)


def test_bytes(server: Server) -> None:
    """Bytes that are hardly HTTP: an answer that is one, or none."""
    time_left = Until(SECONDS)
    context = trusting(server.authority)
    host = f"Host: localhost:{server.ports.https}".encode()
    line = st.sampled_from((b"GET / HTTP/1.1", b"POST /login HTTP/1.1", b"GET /login HTTP/1.0"))
    field = st.sampled_from(
        (
            host,
            b"Content-Length: 3",
            b"Content-Length: -1",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: identity",
            b"Expect: 100-continue",
            b"Connection: close",
            b"Host: example.com",
            b" folded",
            b"Content-Type: application/x-www-form-urlencoded",
        )
    )
    noise = st.binary(max_size=30)
    heads = st.tuples(line | noise, st.lists(field | noise, max_size=5)).map(
        lambda parts: b"\r\n".join((parts[0], *parts[1])) + b"\r\n\r\n"
    )

    @seed(3)
    @BRIEFLY
    @given(heads, noise)
    def ask(head: bytes, rest: bytes) -> None:
        if not time_left.more():
            return
        # A second request that cannot be read ends the connection, so nobody waits.
        received = exchange(server, context, head + rest + b"\r\n\r\n\0\r\n\r\n")
        assert b"Traceback" not in received
        if received:
            assert received.startswith(b"HTTP/1."), received[:100]
            assert received.split(b" ", 2)[1] != b"500", received[:300]

    ask()
    check_log(server, "byte strings", time_left.count)
    with Client(server) as client:
        assert client.get("/login").status == http.client.OK
