"""What people do with authsrv, in a real browser, with scripts and without."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system import browser as acts
from tests.system.browser import AGENTS, at, person
from tests.system.client import PASSWORD
from tests.system.conftest import MakeServer
from tests.system.server import Server

NEW_PASSWORD = "a much longer sentence than before"
WRONG = "That name and password do not match."


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_whole_life(browser: Browser, make_server: MakeServer, scripts: bool) -> None:
    """From the set-up link to the last sign-out, over HTTP/2, in two browsers."""
    server = make_server(peopled=False).start()
    began = time.monotonic()
    with (
        person(browser, server, java_script_enabled=scripts, user_agent=AGENTS["Chrome"]) as one,
        person(browser, server, java_script_enabled=scripts, user_agent=AGENTS["Safari"]) as two,
    ):
        acts.set_up(one, server.setup_link())
        expect(one.locator("h1")).to_have_text("Alice Arbor")
        acts.sign_out(one)
        refuse_wrong_password(one)
        acts.sign_in(one)
        at(one, "/account")
        acts.sign_in(two)
        at(two, "/account")
        if scripts:
            assert protocol(one) == "h2"
        end_other(one, two)
        acts.sign_in(two)
        at(two, "/account/sessions")
        change_password(one, two)
        acts.sign_out(one)
        one.goto("/account")
        at(one, "/login?return=/account")
    print(f"\nfrom set-up to sign-out: {time.monotonic() - began:.1f} s")
    check_protocol(server)


def refuse_wrong_password(page: Page) -> None:
    """A wrong password and a wrong name are answered alike; the name stays in its field."""
    for name in ("alice", "nobody"):
        acts.sign_in(page, "not the right password", name)
        expect(page.get_by_role("alert")).to_contain_text(WRONG)
        expect(page.locator("#name")).to_have_value(name)
        expect(page.locator("#password")).to_have_value("")


def end_other(one: Page, two: Page) -> None:
    """The list shows both browsers; the one that is ended is signed out at its next click."""
    one.click('main a[href="/account/sessions"]')
    devices = one.locator("li.device")
    expect(devices).to_have_count(2)
    here = devices.filter(has_text="This device")
    expect(here).to_have_count(1)
    expect(here).to_contain_text("Chrome")
    other = devices.filter(has_text="Safari")
    expect(other).to_contain_text("iPhone")
    other.get_by_role("link").click()
    expect(one.locator("h1")).to_have_text("Sign out this device?")
    acts.press(one, "main")
    at(one, "/account/sessions?notice=device-signed-out")
    expect(one.get_by_role("status")).to_be_visible()
    expect(devices).to_have_count(1)
    two.click('main a[href="/account/sessions"]')
    at(two, "/login?return=/account/sessions")


def change_password(one: Page, two: Page) -> None:
    """A mistake is explained beside its field; a change signs the other browser out."""
    one.click('main a[href="/account"]')
    acts.change_password(one, "not the right password", NEW_PASSWORD)
    expect(one.locator("#current")).to_have_attribute("aria-invalid", "true")
    expect(one.locator("#current-error")).to_be_visible()
    one.goto("/account")
    acts.change_password(one, PASSWORD, NEW_PASSWORD)
    at(one, "/account?notice=password-changed")
    expect(one.get_by_role("status")).to_be_visible()
    two.reload()
    at(two, "/login?return=/account/sessions")
    acts.sign_in(two)
    expect(two.get_by_role("alert")).to_contain_text(WRONG)
    acts.sign_in(two, NEW_PASSWORD)
    at(two, "/account/sessions")


def protocol(page: Page) -> str:
    """What the page itself came over."""
    found = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
    return str(found)


def check_protocol(server: Server) -> None:
    """Every request of the browsers is in the access log, over HTTP/2, and none failed."""
    requests = server.requests()
    assert {each["protocol"] for each in requests} == {"HTTP/2"}
    assert {each["status"] for each in requests} <= {200, 303, 401, 422}
    assert {"/setup", "/login", "/logout", "/account/password"} <= {
        each["path"] for each in requests
    }


def test_injected_script(browser: Browser, server: Server) -> None:
    """A script that gets into a page does not run, nor does a style apply."""
    with person(browser, server) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto("/login")
        page.evaluate(
            """() => {
                const script = document.createElement('script');
                script.textContent = 'window.injected = true';
                document.body.append(script);
                document.body.setAttribute('onclick', 'window.injected = true');
                document.body.click();
                const style = document.createElement('style');
                style.textContent = 'h1 { color: rgb(1, 2, 3) }';
                document.head.append(style);
            }"""
        )
        assert page.evaluate("window.injected") is None
        colour = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
        assert colour != "rgb(1, 2, 3)"
        assert sum("Content Security Policy" in text for text in refused) >= 3, refused


def test_no_frame(browser: Browser, server: Server) -> None:
    """No page of ours can be shown inside somebody else's."""
    with person(browser, server) as page:
        page.goto(f"http://127.0.0.1:{server.ports.admin}/healthz")
        page.set_content(f'<iframe src="{server.base}/login"></iframe>')
        frame = page.frames[1]
        frame.wait_for_url("chrome-error://**")
        assert frame.locator("form").count() == 0
