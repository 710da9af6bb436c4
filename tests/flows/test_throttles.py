"""Signing in: what a guess costs."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.errors import BadCredentials, Busy, StoreUnavailable, Throttled
from authsrv.core.tokens import Token
from authsrv.flows.throttles import account_key
from authsrv.interfaces import IPasswordCheck
from authsrv.stores.throttle.memory import MemoryThrottle
from authsrv.testing import PASSWORD, MemoryHouse, PlainHasher
from tests.flows.samples import NEW, WRONG, HouseCase, attempt

WINDOW = 900.0


class FullHasher(PlainHasher):
    """Says Busy while it is full."""

    full = False

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Busy, or the truth."""
        if self.full:
            raise Busy("full", retry_after=2.0)
        return await super().verify(password_hash, password)


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
        self.assertEqual(self.house.struck, [("per_address", "192.0.2.1")])
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

    def test_not_given_back(self) -> None:
        """A login whose attempt cannot be given back is good, and counts as one more failure."""

        class Stuck(MemoryThrottle):
            async def give_back(self, *keys: str) -> None:
                raise StoreUnavailable("away")

        self.house = MemoryHouse(throttle=Stuck())
        self.house.add_account("alice")
        self.assertTrue(self.recognised(self.login()))
        self.fail(4)
        self.refused(Throttled)

    def test_a_refusal_costs_nothing(self) -> None:
        """Whoever is refused at one account has used nothing up at their address."""
        self.fail(5)
        for _ in range(40):
            self.refused(Throttled)
        self.house.add_account("bob")
        self.login(name="bob")

    def test_busy_keeps_the_row(self) -> None:
        """Whoever fills the queue does not end a row of failures by it."""
        self.fail(4)
        self.house.hasher.full = True
        for _ in range(10):
            self.refused(Busy)
        self.house.hasher.full = False
        self.fail(1)
        self.refused(Throttled)
        struck = [limit for limit, _ in self.house.struck]
        self.assertEqual(struck, ["waiting_hashes"] * 10 + ["per_account"])

    def test_password_change_is_counted_apart(self) -> None:
        """Strangers who guess cannot keep somebody who is signed in from a new password."""
        known = self.login().known
        self.fail(5)
        change = self.house.flows.password.change
        self.do(change(known, PASSWORD, "another long passphrase", "192.0.2.1"))

    def test_unlocked(self) -> None:
        """A new password from the operator, or enabling the account, forgets what was counted."""
        accounts = self.house.flows.accounts
        self.fail(5)
        self.alice = self.do(accounts.set_password(self.alice, PASSWORD, "operator"))
        self.login()
        self.fail(5)
        self.do(accounts.set_disabled(self.alice, False, "operator"))
        self.login()

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
        """Whoever fills the hashing queue now and then is locked out after a hundred too."""
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
