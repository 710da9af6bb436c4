"""A real Chromium, and what people do with it here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.system.client import ALICE, PASSWORD
from tests.system.server import Server

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
#: What the two browsers call themselves, and how the list of devices must call them.
AGENTS = {
    "Chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/139.0.0.0 Safari/537.36",
    "Safari": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
}
# Milliseconds; nothing here takes a tenth of it.
_PATIENCE = 10_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, until the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def person(browser: Browser, server: Server, **options: Any) -> Iterator[Page]:
    """A page in a browser profile of its own, at home at *server*."""
    context: BrowserContext = browser.new_context(
        # The authority of development is not in Chromium's list.
        ignore_https_errors=True,
        base_url=server.base,
        **{"locale": "en-GB", "viewport": DESKTOP, **options},
    )
    context.set_default_timeout(_PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def set_up(page: Page, link: str) -> None:
    """Make the first account with the one-time link."""
    page.goto(link)
    page.fill("#name", ALICE)
    page.fill("#display_name", "Alice Arbor")
    page.fill("#email", "alice@example.org")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    press(page, "main")
    at(page, "/account")


def sign_in(page: Page, password: str = PASSWORD, name: str = ALICE) -> None:
    """Fill the sign-in form in and send it, on /login or wherever it is shown now."""
    if page.locator("#password").count() == 0:
        page.goto("/login")
    page.fill("#name", name)
    page.fill("#password", password)
    press(page, "main")


def change_password(page: Page, old: str, new: str) -> None:
    """From the account page on, or in the form that is shown now."""
    if page.locator("#current").count() == 0:
        page.click('main a[href="/account/password"]')
    page.fill("#current", old)
    page.fill("#new", new)
    page.fill("#again", new)
    press(page, "main")


def sign_out(page: Page) -> None:
    """By the button in the bar."""
    page.click('header form[action="/logout"] button')
    at(page, "/login?notice=signed-out")


def press(page: Page, where: str) -> None:
    """Press the one primary button in *where*."""
    page.click(f"{where} button.main")


def at(page: Page, path: str) -> None:
    """The page is at *path* now."""
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))
