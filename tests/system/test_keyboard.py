"""Everything can be done without a mouse."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system import browser as acts
from tests.system.browser import at, person
from tests.system.client import ALICE, PASSWORD
from tests.system.conftest import MakeServer
from tests.system.server import Server

CONTROLS = """Array.from(document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, [tabindex="0"]'
)).filter(each => each.tabIndex >= 0 && each.getClientRects().length)"""
WHERE = f"({CONTROLS}).indexOf(document.activeElement)"
SEEN = """(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)(
    getComputedStyle(document.activeElement))"""
PATHS = (
    "/account",
    "/account/sessions",
    "/account/password",
    "/account/sessions/others",
    "/logout",
)


def tab_round(page: Page) -> list[int]:
    """The numbers of the controls, in the order in which Tab comes to them; -1 is none."""
    count = page.evaluate(f"({CONTROLS}).length")
    found: list[int] = []
    for _ in range(count + 2):
        page.keyboard.press("Tab")
        found.append(page.evaluate(WHERE))
        if found[-1] >= 0:
            assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML")
    return found


def check_order(page: Page) -> None:
    """Tab reaches every control once in a round, in the order of the page, visibly."""
    found = [number for number in tab_round(page) if number >= 0]
    count = page.evaluate(f"({CONTROLS}).length")
    assert set(found) == set(range(count)), f"{page.url}: {found} of {count}"
    steps = {(after - before) % count for before, after in pairwise(found)}
    assert steps == {1}, f"{page.url}: {found}"


def test_strangers_pages(browser: Browser, make_server: MakeServer) -> None:
    """Tab goes through the set-up and the sign-in form in their order."""
    server = make_server(1, peopled=False).start()
    with person(browser, server) as page:
        for address in (server.setup_link(), "/login", "/nowhere"):
            page.goto(address)
            check_order(page)


@pytest.mark.parametrize("path", PATHS)
def test_pages_of_an_account(browser: Browser, server: Server, path: str) -> None:
    """Tab goes through every page of an account in its order."""
    with person(browser, server) as page:
        acts.sign_in(page)
        page.goto(path)
        check_order(page)


def test_sign_in_and_out(browser: Browser, server: Server) -> None:
    """Type, Tab, type, Enter: signed in.  The skip link skips.  Enter on a button presses it."""
    with person(browser, server) as page:
        page.goto("/login")
        expect(page.locator("#name")).to_be_focused()
        page.keyboard.type(ALICE)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        at(page, "/account")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        at(page, "/account#main")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/account/sessions"
        page.goto("/logout")
        while "main" not in page.evaluate("document.activeElement.className").split():
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        at(page, "/login?notice=signed-out")


def test_focus_is_on_the_mistake(browser: Browser, server: Server) -> None:
    """After a refused sign-in the focus is where one goes on typing."""
    with person(browser, server) as page:
        acts.sign_in(page, "not the right password")
        expect(page.locator("#password")).to_be_focused()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        at(page, "/account")
