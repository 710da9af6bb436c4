"""Every page there is, one after the other, for whoever looks at it."""

from collections.abc import Callable, Iterator
from itertools import chain

from playwright.sync_api import Page

from tests.system import browser as acts
from tests.system.client import ALICE, Client
from tests.system.server import Server

#: Called on each page with its name.
Look = Callable[[Page, str], None]


def walk(page: Page, server: Server, setup_link: str, look: Look) -> None:
    """Show every page to *look*: of strangers, mistaken ones, and of alice's account.

    *setup_link* is of a server without accounts; *server* has alice.
    """
    for name, go in chain(_strangers(page, setup_link), _signed_in(page, server)):
        go()
        look(page, name)


def _strangers(page: Page, setup_link: str) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "setup", lambda: page.goto(setup_link)
    yield "setup-mistakes", lambda: _mistaken_setup(page)
    yield "login", lambda: page.goto("/login?return=/account/sessions")
    yield "login-wrong", lambda: acts.sign_in(page, "not the right password")
    yield "login-again", lambda: page.goto("/login?notice=signed-out")
    yield "not-found", lambda: page.goto("/nowhere")


def _signed_in(page: Page, server: Server) -> Iterator[tuple[str, Callable[[], object]]]:
    with Client(server, agent=acts.AGENTS["Safari"]) as other:
        other.sign_in()
        ended = other.who().json["session"]["id"]
        acts.sign_in(page)
        yield "account", lambda: page.goto("/account?notice=password-changed")
        yield "sessions", lambda: page.goto("/account/sessions")
        yield "session-end", lambda: page.goto(f"/account/sessions/{ended}")
        yield "sessions-end", lambda: page.goto("/account/sessions/others")
        yield "password", lambda: page.goto("/account/password")
        yield "password-mistakes", lambda: acts.change_password(page, "wrong", "short")
        yield "logout", lambda: page.goto("/logout")
        # The next reader's list shall not be longer for this one.
        acts.press(page, "main")
        other.sign_out()


def _mistaken_setup(page: Page) -> None:
    page.fill("#name", ALICE)
    page.fill("#password", "short")
    page.fill("#again", "other")
    acts.press(page, "main")
