"""Every page in every state, with sample values, and a strict reader for what comes out."""

from html.parser import HTMLParser
from typing import Any

from authsrv.core.accounts import Account
from authsrv.core.sessions import Device, Session
from authsrv.web import html
from authsrv.web.messages import LANGUAGES

NOW = 1_790_000_000.0
VOID = {"meta", "link", "input", "br"}
VOID_SVG = {"path", "circle", "rect"}


def session(identifier: str, agent: str = "curl/8", address: str = "192.0.2.7") -> Session:
    """A session that began an hour ago and was used two minutes ago."""
    return Session(
        identifier, "a", 0, NOW - 3600, NOW - 3600, NOW - 120, 86400, 3600,
        device=Device(address, agent),
    )  # fmt: skip


def account(text: str) -> Account:
    """An account, all of whose texts are *text*."""
    return Account("a", text, text, text, (text, "ops"), admin=True)


def signed_out(text: str) -> dict[str, list[dict[str, Any]]]:
    """The pages of a stranger with the values they get; what people type is *text*."""
    wrong = {"name": text, "password": text}
    login: dict[str, Any] = {
        "return_to": "/account", "name": "", "notice": None, "errors": {}, "problem": None,
        "remember": False, "methods": ["password"], "days": 30,
    }  # fmt: skip
    setup: dict[str, Any] = {
        "token": text, "name": text, "display_name": text, "email": text, "min_length": 15,
        "errors": {},
    }  # fmt: skip
    error: dict[str, Any] = {
        "status": 404, "title": text, "sentence": text, "request_id": text, "retry_after": None,
    }  # fmt: skip
    notices = ("signed-out", "password-changed", "session-ended", "setup-needed")
    return {
        "login.html": [
            login,
            *(login | {"notice": notice} for notice in notices),
            login | {"name": text, "problem": text, "remember": True, "return_to": "https://a.b/"},
            login | {"errors": wrong, "return_to": text},
        ],
        "setup.html": [setup, setup | {"errors": wrong}, setup | {"problem": text}],
        "error.html": [error, error | {"status": 401}, error | {"status": 503, "retry_after": 5}],
    }


def signed_in(text: str) -> dict[str, list[dict[str, Any]]]:
    """The pages of a signed-in person with the values they get."""
    one, other = session("s1"), session("s2 " + text, text, text)
    mine: dict[str, Any] = {"session": one, "session_count": 2, "external_passwords": False}
    shown: dict[str, Any] = {"sessions": [one, other], "current_id": "s1", "now": NOW}
    change: dict[str, Any] = {"errors": {}, "min_length": 15, "name": text}
    return {
        "account.html": [
            mine,
            mine | {"external_passwords": True},
            mine | {"notice": "password-changed"},
        ],
        "sessions.html": [
            shown,
            shown | {"sessions": [one]},
            shown | {"sessions": []},
            shown | {"notice": "device-signed-out"},
        ],
        "session_end.html": [{"session": other}],
        "sessions_end.html": [{}],
        "password.html": [change, change | {"errors": {"current": text, "again": text}}],
        "logout.html": [{}],
        "error.html": signed_out(text)["error.html"],
    }


PAGES = html.Pages("Site & Co", False, html.stylesheet()[0])


def render_all(text: str = "ada") -> list[tuple[str, str]]:
    """Every page in every state and language: its template's name and what it looks like."""
    found = []
    for language in LANGUAGES:
        for who, pages in ((None, signed_out(text)), (account(text), signed_in(text))):
            for name, states in pages.items():
                for values in states:
                    body = PAGES.render(
                        name, language=language, account=who, form_token="FT" if who else "",
                        here="/here?" + text, **values,
                    )  # fmt: skip
                    found.append((f"{name} {language}", body.decode()))
    return found


class Reader(HTMLParser):
    """Reads a page strictly: every element that is opened is closed, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID_SVG, f"<{tag}/>"
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def every(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of all elements called one of *tags*."""
        return [attributes for tag, attributes in self.elements if tag in tags]
