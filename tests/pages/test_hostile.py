"""Whatever is sent, the answer is an answer: never our fault, never our insides."""

import json
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from authsrv.testing import PASSWORD
from authsrv.wire.target import METHODS
from tests.pages.hostile import (
    BYTES,
    COOKIES,
    FIELD,
    FIELDS_READ,
    FUZZ,
    HEADERS,
    MEMBERS,
    PATHS,
    TEXT,
    HostileCase,
)
from tests.pages.samples import JSON, form_token

SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
KEYS = st.one_of(st.sampled_from(FIELDS_READ + MEMBERS), TEXT)
VALUES = st.recursive(
    SIMPLE,
    lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(KEYS, v, max_size=4)),
)
#: What is nearly right.
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, SIMPLE))
FIELDS = st.dictionaries(KEYS, TEXT, max_size=8)


class HostileTests(HostileCase):
    """Any path, query, header field, cookie and body."""

    @given(st.sampled_from(PATHS), FIELDS, st.booleans())
    @FUZZ
    def test_forms(self, path: str, fields: dict[str, str], with_token: bool) -> None:
        """Any form to any address."""
        for browser in self.browsers():
            if with_token and browser.cookies:
                fields = {**fields, "form_token": form_token(browser)}
            self.check(browser.post(path, fields), (path, fields))

    @given(
        st.sampled_from(PATHS),
        st.sampled_from(METHODS),
        BYTES,
        st.one_of(FIELD, st.just(b"application/json")),
    )
    @FUZZ
    def test_bodies(self, path: str, method: str, body: bytes, kind: bytes) -> None:
        """Any bytes in any body of any type."""
        for browser in self.browsers():
            self.send(browser, method, path, [(b"content-type", kind)], body)

    @given(st.one_of(VALUES, BODIES))
    @FUZZ
    def test_json(self, value: object) -> None:
        """Any JSON to the API."""
        body = json.dumps(value).encode()
        for browser in self.browsers():
            self.check(browser.ask("POST", "/api/session", body, JSON), value)

    @given(st.sampled_from(PATHS), FIELDS, st.sampled_from(("GET", "HEAD", "DELETE")))
    @FUZZ
    def test_queries(self, path: str, fields: dict[str, str], method: str) -> None:
        """Any query."""
        for browser in self.browsers():
            self.check(browser.ask(method, f"{path}?{urlencode(fields)}"[:8000]), (path, fields))

    @given(st.sampled_from(PATHS), BYTES)
    @FUZZ
    def test_raw_queries(self, path: str, query: bytes) -> None:
        """Any query, well formed or not."""
        for browser in self.browsers():
            self.check(browser.get(f"{path}?{quote(query, safe='&=;+%')}"), (path, query))

    @given(st.sampled_from(PATHS), TEXT, st.sampled_from(METHODS))
    @FUZZ
    def test_paths(self, path: str, text: str, method: str) -> None:
        """Any path, beside, below and behind those there are."""
        for browser in self.browsers():
            for asked in (
                f"{path}{quote(text)}",
                f"/{quote(text, safe='')}",
                f"{path}/{quote(text)}",
            ):
                self.check(browser.ask(method, asked[:6000]), asked)

    @given(st.sampled_from(PATHS), st.sampled_from(METHODS),
           st.lists(st.tuples(st.sampled_from(HEADERS), FIELD), max_size=5))  # fmt: skip
    @FUZZ
    def test_headers(self, path: str, method: str, fields: list[tuple[str, bytes]]) -> None:
        """Any value in any header field, 8-bit and control characters too, once or twice."""
        for browser in self.browsers():
            self.send(browser, method, path, [(name.encode(), value) for name, value in fields])

    @given(st.sampled_from(HEADERS), FIELD)
    @FUZZ
    def test_one_header(self, name: str, value: bytes) -> None:
        """Any value in one header field of a request that is good otherwise."""
        for browser in self.browsers():
            for method, path in (("GET", "/account"), ("POST", "/login")):
                self.send(browser, method, path, [(name.encode(), value)])

    @given(
        st.sampled_from(PATHS),
        st.sampled_from(METHODS),
        st.lists(st.tuples(st.sampled_from(COOKIES), FIELD), max_size=4),
    )
    @FUZZ
    def test_cookies(self, path: str, method: str, cookies: list[tuple[str, bytes]]) -> None:
        """Any value in any cookie of ours."""
        for browser in self.browsers():
            value = b"; ".join(name.encode() + b"=" + value for name, value in cookies)
            self.send(browser, method, path, [(b"cookie", value)])

    @given(TEXT, TEXT)
    @FUZZ
    def test_logins(self, name: str, password: str) -> None:
        """Any name with any password is refused, by page and by API."""
        stranger, _ = self.browsers()
        if (name.strip().casefold(), password) != ("alice", PASSWORD):
            answer = self.check(stranger.sign_in(name, password), (name, password))
            self.assertEqual(answer.status, 401)
