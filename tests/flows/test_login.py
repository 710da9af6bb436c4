"""Signing in: who gets in, what a guess costs, what stays behind."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.audit import Action
from authsrv.core.errors import BadCredentials, Busy, StoreUnavailable, Throttled
from authsrv.core.tokens import Token
from authsrv.flows.login import Login, account_key
from authsrv.interfaces import IPasswordCheck
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.testing import PASSWORD, MemoryHouse, PlainHasher
from tests.flows.samples import NEW, WRONG, HouseCase, SlowHasher, attempt

WINDOW = 900.0


class FullHasher(PlainHasher):
    """Says Busy while it is full."""

    full = False

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Busy, or the truth."""
        if self.full:
            raise Busy("full", retry_after=2.0)
        return await super().verify(password_hash, password)


class WhoTests(HouseCase):
    """Who gets in."""

    def test_right(self) -> None:
        """The right name and password begin a session of that account."""
        welcome = self.login()
        self.assertEqual(welcome.known.account.id, self.alice.id)
        self.assertEqual(welcome.known.session.device.address, "192.0.2.1")
        self.assertTrue(self.recognised(welcome))

    def test_name_forms(self) -> None:
        """A name is the same name in capitals, in wide letters and with spaces around it."""
        for name in ("ALICE", " alice ", "ａｌｉｃｅ"):
            self.assertEqual(self.login(name=name).known.account.id, self.alice.id)

    def test_wrong(self) -> None:
        """A wrong password and an unknown name are refused as one kind of error."""
        self.assertEqual(self.refused(BadCredentials, password=WRONG).why, "wrong-password")
        self.assertEqual(self.refused(BadCredentials, name="bob").why, "unknown")

    def test_decoy(self) -> None:
        """An unknown name, and a password too long to be one, cost one hash like any other."""
        self.refused(BadCredentials, name="bob")
        self.refused(BadCredentials, password="x" * 1025)
        self.refused(BadCredentials, password=WRONG)
        self.assertEqual(self.house.hasher.verified, [None, None, self.alice.password_hash])

    def test_account_without_password(self) -> None:
        """An account that has no password cannot be signed in to with any, for the same cost."""
        self.do(self.house.flows.accounts.add("carol", None))
        for password in ("", PASSWORD, "None"):
            self.refused(BadCredentials, name="carol", password=password)
        self.assertEqual(self.house.hasher.verified, [None, None, None])

    def test_disabled(self) -> None:
        """A disabled account stays out, and its right password is not confirmed to anybody."""
        self.do(self.house.flows.accounts.set_disabled(self.alice, True, "operator"))
        self.assertEqual(self.refused(BadCredentials).why, "disabled")
        self.assertEqual(self.refused(BadCredentials, password=WRONG).why, "wrong-password")
        self.assertEqual(len(self.house.hasher.verified), 2)

    def test_long_name(self) -> None:
        """A name of a megabyte is nobody's, and is cut before anything is done with it."""
        self.refused(BadCredentials, name="alice" + "x" * 2**20)
        self.refused(BadCredentials, name="")

    def test_remember(self) -> None:
        """Who asks to be remembered stays for the long time and does not idle out."""
        short, long = self.login().known.session, self.login(remember=True).known.session
        self.assertEqual((short.idle, short.lifetime), (3600.0, 86400.0))
        self.assertEqual((long.idle, long.lifetime), (None, 30 * 86400.0))
        self.assertTrue(long.remember)

    def test_planted_token(self) -> None:
        """A token that the browser held before the login is dead after it."""
        planted = self.login()
        self.login(previous=planted.known.token)
        self.assertFalse(self.recognised(planted))

    def test_new_token_each_time(self) -> None:
        """Each login is a session of its own with a token of its own."""
        one, other = self.login(), self.login()
        self.assertNotEqual(one.known.token.text, other.known.token.text)
        self.assertNotEqual(one.known.session.id, other.known.session.id)
        self.assertTrue(self.recognised(one))

    def test_no_secret_shown(self) -> None:
        """What is printed of an attempt and of a welcome has no password and no token."""
        sent = attempt(previous=self.login().known.token)
        shown = repr(sent) + repr(self.login())
        self.assertNotIn(PASSWORD, shown)
        assert sent.previous is not None
        self.assertNotIn(sent.previous.text, shown)

    def test_upgrade(self) -> None:
        """A hash of old parameters is replaced at the next login, and the password stays good."""
        store: MemoryAccounts = self.house.accounts
        self.do(store.upgrade_hash(self.alice.id, "plain:" + PASSWORD, "old:" + PASSWORD))
        self.login()
        account = self.do(store.by_id(self.alice.id))
        assert account is not None
        self.assertEqual((account.password_hash, account.epoch), ("plain:" + PASSWORD, 0))

    def test_noted(self) -> None:
        """Each login and each refusal is in the audit log, with its address and reason."""
        self.refused(BadCredentials, name="bob")
        self.refused(BadCredentials, password=WRONG, address="192.0.2.9")
        self.login()
        found = [
            (e.outcome, e.actor, e.account_id, e.address)
            for e in self.audit()
            if e.action is Action.LOGIN
        ]
        mine = self.alice.id
        self.assertEqual(
            found,
            [
                ("unknown", None, None, "192.0.2.1"),
                ("wrong-password", None, mine, "192.0.2.9"),
                ("done", mine, mine, "192.0.2.1"),
            ],
        )

    def test_unaudited(self) -> None:
        """A login that the audit log cannot keep is not acknowledged."""

        class NoLog(MemoryAccounts):
            async def record(self, entry: object) -> None:
                raise StoreUnavailable("full")

        login = evolve(self.house.flows.login, audit=NoLog())
        self.assertRaises(StoreUnavailable, self.do, login.try_password(attempt()))


class ThrottleTests(HouseCase):
    """What a guess costs."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(hasher=FullHasher())

    def fail(self, times: int, **facts: object) -> None:  # type: ignore[override]
        """So many wrong guesses."""
        for _ in range(times):
            self.refused(BadCredentials, **{"password": WRONG, **facts})

    def test_per_account(self) -> None:
        """The sixth guess at an account is refused unseen, right or wrong, from anywhere."""
        self.fail(4)
        self.house.now += 60
        self.fail(1)
        verified = len(self.house.hasher.verified)
        error = self.refused(Throttled, address="198.51.100.7")
        self.assertEqual((error.retry_after, error.why), (WINDOW - 60, "account"))
        self.assertEqual(len(self.house.hasher.verified), verified)

    def test_reopens(self) -> None:
        """After the time that was told the right password is let in again."""
        self.fail(5)
        self.house.now += self.refused(Throttled).retry_after
        self.login()

    def test_unknown_name(self) -> None:
        """The sixth guess at a name that nobody has is refused exactly like one that is had."""
        self.fail(5)
        self.fail(5, name="bob", address="198.51.100.7")
        mine = self.refused(Throttled, address="203.0.113.1")
        nobodys = self.refused(Throttled, name="bob", address="203.0.113.1")
        self.assertEqual((mine.retry_after, mine.why), (nobodys.retry_after, nobodys.why))
        self.assertEqual(len(account_key("bob")), len(account_key("somebody with a long name")))

    def test_per_address(self) -> None:
        """The twenty-first guess from an address is refused unseen, whosever name it is at."""
        for number in range(20):
            self.fail(1, name=f"name{number}")
        verified = len(self.house.hasher.verified)
        self.assertEqual(self.refused(Throttled).why, "address")
        self.assertEqual(len(self.house.hasher.verified), verified)
        self.login(address="198.51.100.7")

    def test_ipv6_network(self) -> None:
        """Addresses of one IPv6 customer are counted as one."""
        for number in range(20):
            self.fail(1, name=f"name{number}", address=f"2001:db8:0:1::{number:x}")
        self.refused(Throttled, address="2001:db8:0:1:ffff::1")
        self.login(address="2001:db8:0:2::1")

    def test_success_is_given_back(self) -> None:
        """Logins that succeed are not counted, neither at the account nor at the address."""
        for _ in range(30):
            self.login()
        self.fail(5)
        self.refused(Throttled)

    def test_busy_is_given_back(self) -> None:
        """An attempt that was never looked at, because the queue was full, is not counted."""
        self.house.hasher.full = True
        for _ in range(30):
            self.refused(Busy)
        self.house.hasher.full = False
        self.login()

    def test_counted_before_looked_at(self) -> None:
        """A guess whose check breaks is counted: no crash makes a guess free."""

        @implementer(IPasswordCheck)
        class Broken:
            is_external = False

            async def check(self, account: Account | None, name: str, password: str) -> bool:
                raise ZeroDivisionError

        login = evolve(self.house.flows.login, check=Broken())
        for _ in range(5):
            self.assertRaises(ZeroDivisionError, self.do, login.try_password(attempt()))
        self.refused(Throttled)

    def test_known_browser(self) -> None:
        """Strangers cannot lock out a browser that has signed in to the account before."""
        browser = self.login().browser
        self.fail(5, address="203.0.113.1")
        self.refused(Throttled)
        welcome = self.login(browser=browser)
        self.assertEqual(welcome.browser, browser)

    def test_known_browser_is_limited(self) -> None:
        """A known browser has as many guesses as anybody, and does not lock others out."""
        browser = self.login().browser
        self.fail(5, browser=browser)
        self.assertEqual(self.refused(Throttled, browser=browser).why, "browser")
        self.login(address="198.51.100.7")

    def test_made_up_browser(self) -> None:
        """A browser secret that is made up, or another account's, is counted with strangers."""
        self.house.add_account("bob")
        bobs = self.login(name="bob").browser
        self.fail(5, address="203.0.113.1")
        for browser in (Token("A" * 43), bobs):
            self.refused(Throttled, browser=browser)

    def test_unknown_name_with_browser(self) -> None:
        """A name nobody has is counted under that name, whatever browser asks."""
        browser = self.login().browser
        self.fail(5, name="bob", browser=browser)
        self.refused(Throttled, name="bob")

    def test_stranger_gets_new_secret(self) -> None:
        """A browser that is not known is given a secret of its own, never the one it brought."""
        brought = Token("A" * 43)
        self.assertNotEqual(self.login(browser=brought).browser, brought)

    def test_forgotten_with_the_password(self) -> None:
        """When the password is changed, browsers that knew the old one are strangers again."""
        browser = self.login().browser
        self.do(self.house.flows.accounts.set_password(self.alice, NEW, "operator"))
        self.fail(5, address="203.0.113.1")
        self.refused(Throttled, browser=browser, password=NEW)

    def test_lock(self) -> None:
        """After a hundred wrong guesses in a row an account stays shut until it is reset."""
        for number in range(20):
            self.fail(5, address=f"203.0.113.{number}")
            self.house.now += WINDOW
        self.assertEqual(self.refused(Throttled).why, "locked")
        self.house.now += 30 * 86400
        self.assertEqual(self.refused(Throttled).why, "locked")
        self.do(self.house.throttle.reset(account_key("alice")))
        self.login()

    def test_busy_does_not_end_the_row(self) -> None:
        """Whoever fills the hashing queue now and then is locked out after a hundred all the same."""
        for number in range(20):
            self.fail(3, address=f"203.0.113.{number}")
            self.house.hasher.full = True
            self.refused(Busy, address=f"203.0.113.{number}")
            self.house.hasher.full = False
            self.fail(2, address=f"203.0.113.{number}")
            self.house.now += WINDOW
        self.assertEqual(self.refused(Throttled).why, "locked")

    def test_success_ends_the_row(self) -> None:
        """A hundred wrong guesses with one success among them are no row of a hundred."""
        for number in range(25):
            self.fail(4, address=f"203.0.113.{number}")
            if number == 12:
                self.login()
            self.house.now += WINDOW
        self.login()

    @given(st.lists(st.floats(0, 400), max_size=40))
    @settings(deadline=None, max_examples=40)
    def test_every_window(self, steps: list[float]) -> None:
        """However guesses are timed, no 15 minutes ever see more than five of them looked at."""
        house = MemoryHouse()
        house.add_account("alice")
        looked: list[float] = []
        for number, step in enumerate(steps):
            house.now += step
            before = len(house.hasher.verified)
            sent = attempt(password=WRONG, address=f"2001:db8:{number:x}::1")
            self.assertRaises(
                (BadCredentials, Throttled), house.run, house.flows.login.try_password(sent)
            )
            looked += [house.now] * (len(house.hasher.verified) - before)
        for at in looked:
            self.assertLessEqual(sum(at - WINDOW < each <= at for each in looked), 5)


class RaceTests(HouseCase):
    """What happens to the account while its password is being verified."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(hasher=SlowHasher())

    def during_login(self, work: object) -> bool:
        """Whether a login is good that was under way while *work* was done."""
        self.house.hasher.shut()
        login = self.later(self.house.flows.login.try_password(attempt()))
        gate, self.house.hasher.gate = self.house.hasher.gate, None
        self.do(work)  # type: ignore[arg-type]
        self.house.hasher.gate = gate
        self.assertNoResult(login)
        self.house.hasher.open()
        return self.recognised(self.successResultOf(login))

    def test_control(self) -> None:
        """A login during which nothing happens is good."""
        self.assertTrue(self.during_login(self.house.flows.accounts.listed()))

    def test_password_changed(self) -> None:
        """A login with the old password that ends after it was changed gives no live session."""
        change = self.house.flows.accounts.set_password(self.alice, NEW, "operator")
        self.assertFalse(self.during_login(change))

    def test_disabled(self) -> None:
        """Nor does one that ends after the account was disabled."""
        disable = self.house.flows.accounts.set_disabled(self.alice, True, "operator")
        self.assertFalse(self.during_login(disable))

    def test_removed(self) -> None:
        """Nor one that ends after the account was removed."""
        self.assertFalse(
            self.during_login(self.house.flows.accounts.remove(self.alice, "operator"))
        )

    def test_signed_out_everywhere(self) -> None:
        """Nor one that ends after the account was signed out everywhere."""
        self.assertFalse(
            self.during_login(self.house.flows.sessions.end_all(self.alice, "operator"))
        )


@implementer(IPasswordCheck)
class Elsewhere:
    """Passwords are kept elsewhere; *good* is the one that is right for everybody."""

    is_external = True

    async def check(self, account: Account | None, name: str, password: str) -> bool:
        """Whether it is the one."""
        return password == PASSWORD


class ExternalTests(HouseCase):
    """Passwords that are kept elsewhere."""

    def setUp(self) -> None:
        super().setUp()
        self.outer: Login = evolve(self.house.flows.login, check=Elsewhere())

    def test_first_login(self) -> None:
        """Whoever is known elsewhere gets an account here at the first login, without password."""
        first = self.do(self.outer.try_password(attempt("Bob"))).known.account
        again = self.do(self.outer.try_password(attempt("bob"))).known.account
        self.assertEqual((first.name, first.password_hash, first.admin), ("bob", None, False))
        self.assertEqual(first, again)

    def test_refused(self) -> None:
        """Whoever is refused elsewhere gets none."""
        work = self.outer.try_password(attempt("bob", WRONG))
        self.assertEqual(self.assertRaises(BadCredentials, self.do, work).why, "unknown")
        self.assertIsNone(self.do(self.house.accounts.by_name("bob")))

    def test_disabled(self) -> None:
        """An account that is disabled here stays out, whatever is said elsewhere."""
        self.do(self.house.flows.accounts.set_disabled(self.alice, True, "operator"))
        work = self.outer.try_password(attempt())
        self.assertEqual(self.assertRaises(BadCredentials, self.do, work).why, "disabled")

    def test_our_own_check_makes_none(self) -> None:
        """A check of our own that lets an unknown name in by mistake makes no account."""

        class Ours(Elsewhere):
            is_external = False

        login = evolve(self.outer, check=Ours())
        self.assertRaises(BadCredentials, self.do, login.try_password(attempt("bob")))
        self.assertIsNone(self.do(self.house.accounts.by_name("bob")))
