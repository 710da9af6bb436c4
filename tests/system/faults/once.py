"""The set-up link, followed by fifty at once while something goes wrong."""

import sqlite3
import time
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

from tests.system.client import NO_ANSWER, PASSWORD, Answer
from tests.system.faults.browsing import Browser
from tests.system.faults.ledger import Ledger
from tests.system.server import Server
from tests.system.together import all_at_once

MANY = 50
_WITHIN = 30.0


def redeem_all(server: Server, ledger: Ledger) -> None:
    """Exactly one succeeds, and who was told so is the administrator."""
    (token,) = parse_qs(urlsplit(server.setup_link()).query)["token"]

    def redeem(number: int) -> bool:
        return _redeem(server, ledger, token, f"admin{number}")

    told = [number for number, done in enumerate(all_at_once(redeem, range(MANY))) if done]
    with closing(sqlite3.connect(server.home / "var" / "accounts.db", timeout=10)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM accounts")]
    expected = [f"admin{number}" for number in told]
    # A cut answer may have hidden the success from everybody, but then it happened still.
    good = len(names) == 1 and expected in ([], names)
    for number in range(MANY):
        ledger.check("I4", number, good or number not in told, f"told {expected}, made {names}")
    ledger.check("I4", "made", good, f"told {expected}, made {names}")


def _redeem(server: Server, ledger: Ledger, token: str, name: str) -> bool:
    """Try until there is an answer; whether it was a success."""
    end = time.monotonic() + _WITHIN
    while time.monotonic() < end:
        try:
            with Browser(server, ledger) as browser:
                answer = browser.post(
                    "/setup", token=token, name=name, password=PASSWORD, again=PASSWORD
                )
                if answer.status in {303, 404}:
                    return _note(browser, answer, name)
        except NO_ANSWER:
            pass
        time.sleep(0.1)
    ledger.odd.append(f"{name} got no answer to the set-up link in {_WITHIN} s")
    return False


def _note(browser: Browser, answer: Answer, name: str) -> bool:
    if answer.status == 404:
        return False
    for action in ("setup", "login"):
        browser.ledger.acknowledge(action, "done", browser.address)
    browser.ledger.alive[browser.token] = name
    return True
