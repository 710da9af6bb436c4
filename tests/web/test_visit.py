"""Who is visiting, and how they would like to be spoken to."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.cookies import CookiePolicy
from authsrv.core.errors import CrossSite, Malformed, NotSignedIn, UnsupportedMedia
from authsrv.core.tokens import issue
from authsrv.testing import MemoryHouse
from authsrv.web.visit import Visit, read_token, user_agent, wants_html
from authsrv.wire.known import Head, Section

TOKEN = issue(b"x" * 32)
FORM = "application/x-www-form-urlencoded"


class Asked:
    """A request as far as a visit looks at it."""

    def __init__(
        self, *fields: tuple[str, str], path: str = "/", query: str = "", body: bytes = b""
    ) -> None:
        self.head = Head(b"GET", b"/", Section())
        for name, value in fields:
            raw = name.lower().encode("ascii"), value.encode("latin-1")
            self.head.section.raw_fields.setdefault(raw[0], []).append(raw[1])
        self.text_path, self.text_query, self.body = path, query, body
        self.client = "192.0.2.1"

    def header_values(self, name: str) -> list[str]:
        """All values."""
        return self.head.section.header_values(name)

    def header(self, name: str) -> str | None:
        """The one value."""
        return self.head.section.header(name)


def visit(*fields: tuple[str, str], known: Any = None, **facts: Any) -> Visit:
    """A visit with these header fields."""
    request: Any = Asked(*fields, **facts)
    return Visit(request, known and known.token, known, lambda _request: "en")


class VisitTests(SynchronousTestCase):
    """What a page sees."""

    def setUp(self) -> None:
        house = MemoryHouse()
        account = house.add_account("alice")
        sessions = house.flows.sessions
        self.known = house.run(
            sessions.begin(account, visit().device, remember=False, previous=None)
        )

    def test_who(self) -> None:
        """Who is signed in is there; a stranger is an error where somebody is needed."""
        self.assertIs(visit(known=self.known).who, self.known)
        self.assertRaises(NotSignedIn, lambda: visit().who)

    def test_form_token(self) -> None:
        """The form token is bound to the session and does not reveal it; strangers have none."""
        token = visit(known=self.known).form_token
        self.assertNotIn(token, ("", self.known.token.text))
        self.assertEqual(visit().form_token, "")

    def test_signed_form(self) -> None:
        """A form is read with its token, and refused without, or from a stranger."""
        kind = ("content-type", FORM)
        token = visit(known=self.known).form_token
        good = visit(kind, known=self.known, body=f"a=1&form_token={token}".encode())
        self.assertEqual(good.signed_form().text("a"), "1")
        for body in (b"a=1", b"form_token=", b"form_token=x", f"form_token={token}x".encode()):
            self.assertRaises(CrossSite, visit(kind, known=self.known, body=body).signed_form)
        self.assertRaises(NotSignedIn, visit(kind, body=b"a=1").signed_form)

    def test_form(self) -> None:
        """What is no form is refused when it is asked for."""
        self.assertRaises(UnsupportedMedia, lambda: visit(body=b"a=1").form)
        twice = visit(("content-type", FORM), ("content-type", FORM), body=b"a=1")
        self.assertRaises(Malformed, lambda: twice.form)

    def test_query(self) -> None:
        """The query is read when it is asked for."""
        self.assertEqual(visit(query="a=1&others").query, {"a": "1", "others": ""})
        self.assertRaises(Malformed, lambda: visit(query="a=%ff").query)

    def test_variable(self) -> None:
        """The variable is the last name of the path."""
        self.assertEqual(visit(path="/account/sessions/s1").variable, "s1")

    def test_device(self) -> None:
        """The device is the address and what the browser calls itself."""
        device = visit(("user-agent", "Firefox")).device
        self.assertEqual((device.address, device.user_agent), ("192.0.2.1", "Firefox"))

    def test_user_agent(self) -> None:
        """What it calls itself is printable and bounded, however it was sent."""
        for fields, told in (
            ((), ""),
            ((("user-agent", "a\tb\x85c\xad"),), "abc"),
            ((("user-agent", "a"), ("user-agent", "b")), "a b"),
            ((("user-agent", "x" * 9999),), "x" * 256),
        ):
            asked: Any = Asked(*fields)
            self.assertEqual(user_agent(asked), told)

    def test_read_token(self) -> None:
        """A token is read from its cookie alone, and only if there is one of that name."""
        pair = f"__Host-authsrv={TOKEN.text}"
        cases = {(pair,): TOKEN, (f"a=b; {pair};c",): TOKEN, (): None, (pair, pair): None,
                 (f"{pair}; {pair}",): None, (pair + "x",): None, (pair.lower(),): None,
                 ("__Host-authsrv=\xe9",): None, ("__Host-authsrv",): None}  # fmt: skip
        for values, token in cases.items():
            asked: Any = Asked(*(("cookie", value) for value in values))
            self.assertEqual(read_token(asked, CookiePolicy(), "authsrv"), token, values)

    def test_wants_html(self) -> None:
        """A navigation is a person's; else whoever accepts HTML; a riddle is a program's."""
        mode, html = ("sec-fetch-mode", "navigate"), ("accept", "text/HTML;q=0.5")
        cases: list[tuple[tuple[tuple[str, str], ...], bool]] = [
            ((mode,), True),
            ((("sec-fetch-mode", "cors"), html), False),
            ((html,), True),
            ((("accept", "*/*"), html), True),
            ((("accept", "application/json"),), False),
            ((), False),
            ((mode, mode, html), False),
        ]
        for fields, wanted in cases:
            asked: Any = Asked(*fields)
            self.assertIs(wants_html(asked), wanted, fields)
