"""The audit log as it is written; and that no secret is ever in it, or in any other log."""

import traceback
from typing import Any

from attrs import evolve
from twisted.logger import LogEvent, LogLevel, eventAsText, globalLogPublisher

from authsrv.core.audit import Action, Entry
from authsrv.core.errors import AuthsrvError, ReadOnly, StoreUnavailable
from authsrv.flows.audit import ToldAudit
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.testing import PASSWORD, Browser, MemoryHouse
from tests.flows.samples import NEW, HouseCase, attempt, keep_in
from tests.pages.samples import FlakySessions, form_token

ENTRY = Entry(1.0, Action.LOGIN, "done", "a1", "a1", "192.0.2.1", {"session": "s1"})
FACTS = ["login", "done", "a1", "a1", "192.0.2.1", {"session": "s1"}]


def told_facts(event: LogEvent) -> list[object]:
    """What the event says of the entry."""
    return [event[k] for k in ("action", "outcome", "actor", "account", "address", "facts")]


class Away(MemoryAccounts):
    """Keeps nothing."""

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """Not now."""
        raise StoreUnavailable("away")


class Frozen(MemoryAccounts):
    """Can be read, and keeps nothing that is new."""

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """Not now."""
        raise ReadOnly("a standby")


class Forgetful(MemorySessions):
    """Sessions that cannot be ended now."""

    async def revoke_account(self, account_id: str, keep: bytes | None = None) -> int:
        """Not now."""
        raise StoreUnavailable("away")


class OrderTests(HouseCase):
    """What has happened is in the log, even if what follows it fails."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=Forgetful())

    def test_noted_first(self) -> None:
        """Each change of an account is noted before the sessions' store is asked for anything."""
        known, flows = self.login().known, self.house.flows
        steps = [
            (flows.password.change(known, PASSWORD, NEW, "192.0.2.1"), Action.PASSWORD_CHANGED),
            (flows.sessions.end_all(self.alice, "operator"), Action.SESSION_REVOKED),
        ]
        for work, action in steps:
            self.assertRaises(StoreUnavailable, self.do, work)
            self.assertEqual(self.house.audited[-1], (action.value, "done"))

    def test_noted_first_by_the_operator(self) -> None:
        """So is what an operator changes."""
        accounts = self.house.flows.accounts
        for change, action in (
            (lambda it: accounts.set_password(it, NEW, "operator"), Action.PASSWORD_CHANGED),
            (lambda it: accounts.set_disabled(it, True, "operator"), Action.ACCOUNT_DISABLED),
            (lambda it: accounts.remove(it, "operator"), Action.ACCOUNT_REMOVED),
        ):
            alice = self.do(accounts.get("alice"))
            self.assertRaises(StoreUnavailable, self.do, change(alice))
            self.assertEqual(self.house.audited[-1], (action.value, "done"))


class LogCase(HouseCase):
    """A test that reads the event log."""

    def setUp(self) -> None:
        super().setUp()
        self.events: list[LogEvent] = []
        observer = keep_in(self.events)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)


class ToldTests(LogCase):
    """Kept, counted and told."""

    def setUp(self) -> None:
        super().setUp()
        self.counted: list[tuple[str, str]] = []
        self.kept = MemoryAccounts()

    def told(self, kept: MemoryAccounts) -> ToldAudit:
        """What is tested, over *kept*."""
        return ToldAudit(kept, lambda action, outcome: self.counted.append((action, outcome)))

    def test_told(self) -> None:
        """An entry is kept, counted, and an event with its facts under a constant message."""
        self.do(self.told(self.kept).record(ENTRY))
        self.assertEqual(list(self.do(self.told(self.kept).entries("a1", 9))), [ENTRY])
        self.assertEqual(self.counted, [("login", "done")])
        (event,) = [e for e in self.events if e["log_format"] == "audit"]
        self.assertEqual(told_facts(event), FACTS)
        self.assertEqual((event["log_level"], event["kept"]), (LogLevel.info, True))

    def test_not_kept(self) -> None:
        """What could not be kept is neither counted nor told."""
        self.assertRaises(StoreUnavailable, self.do, self.told(Away()).record(ENTRY))
        self.assertEqual((self.counted, self.events), ([], []))

    def test_in_the_log_alone(self) -> None:
        """While nothing can be kept, the event log has every fact and says that it alone does."""
        unkept: list[tuple[str, str]] = []
        told = evolve(self.told(Frozen()), unkept=lambda *what: unkept.append(what))
        self.do(told.record(ENTRY))
        self.assertEqual((self.counted, unkept), ([("login", "done")], [("login", "done")]))
        (event,) = self.events
        self.assertEqual(told_facts(event), FACTS)
        self.assertEqual((event["log_level"], event["kept"]), (LogLevel.error, False))

    def test_without_an_event_log(self) -> None:
        """Where nobody keeps the event log, what cannot be kept is refused."""
        self.assertRaises(ReadOnly, self.do, self.told(Frozen()).record(ENTRY))
        self.assertEqual((self.counted, self.events), ([], []))


def everything(event: LogEvent) -> str:
    """All that an observer could write of *event*: its text, its fields, its failure."""
    failure: Any = event.get("log_failure")
    trace = "".join(traceback.format_exception(failure.value)) if failure else ""
    return eventAsText(event) + repr(dict(event)) + trace


class NoSecretTests(LogCase):
    """Whatever is typed or handed out, no log has it."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=FlakySessions())

    def wander(self, browser: Browser) -> list[str]:
        """Do everything there is to do; the secrets that were typed or given on the way."""
        secrets = [PASSWORD, NEW, "typed in the wrong field", "no such name either"]
        browser.sign_in("typed in the wrong field", PASSWORD)
        browser.sign_in("no such name either", "x")
        browser.sign_in("alice", NEW)
        browser.sign_in("alice", remember="yes")
        secrets += browser.cookies.values()
        for current in ("yet another secret", PASSWORD):
            secrets += [current, form_token(browser)]
            change = {"form_token": secrets[-1], "current": current, "new": NEW, "again": NEW}
            browser.post("/account/password", change)
        secrets += browser.cookies.values()
        for path in ("/account/sessions/others", "/logout"):
            browser.post(path, {"form_token": form_token(browser)})
        browser.sign_in("alice", NEW)
        secrets += browser.cookies.values()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        browser.ask("POST", "/api/session", b'{"name":"alice","pass":"json secret"}', headers)
        browser.ask("DELETE", "/api/session", headers=headers)
        return [*secrets, "json secret"]

    def test_none(self) -> None:
        """No name that is nobody's, no password and no token is in any audit entry or event."""
        secrets = self.wander(self.house.browser())
        logged = [everything(event) for event in self.events]
        kept = [repr(entry) for entry in self.audit()]
        self.assertEqual(
            {(e.action.value, e.outcome) for e in self.audit()},
            {
                ("account-added", "done"),
                ("login", "unknown"), ("login", "wrong-password"), ("login", "done"),
                ("password-changed", "wrong-password"), ("password-changed", "done"),
                ("session-revoked", "done"), ("logout", "done"),
            },
        )  # fmt: skip
        self.assertGreaterEqual(len(logged), len(kept) - 1)
        for secret in secrets:
            self.assertGreater(len(secret), 10)
            for line in (*kept, *logged):
                self.assertNotIn(secret, line)

    def test_none_when_it_breaks(self) -> None:
        """Nor is one in what is logged when a page breaks."""
        browser = self.house.browser()
        browser.sign_in("alice")
        cookie = browser.cookies["__Host-authsrv"]

        self.house.sessions.fault = ZeroDivisionError("in the middle")
        self.assertEqual(browser.get("/account/sessions").status, 500)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        for event in self.events:
            self.assertNotIn(cookie, everything(event))

    def test_errors(self) -> None:
        """Nor in the text of any error a login is refused with."""
        for name, password in (("alice", "a secret of mine"), ("a secret of mine", "x")):
            work = self.house.flows.login.try_password(attempt(name, password))
            error = self.assertRaises(AuthsrvError, self.do, work)
            self.assertNotIn("a secret of mine", str(error) + repr(error))
