"""Signing in: who gets in, what a guess costs, what stays behind."""

from attrs import evolve
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.audit import Action
from authsrv.core.errors import BadCredentials, Busy, StoreUnavailable
from authsrv.flows.login import Login
from authsrv.interfaces import IPasswordCheck
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import NEW, WRONG, HouseCase, SlowHasher, attempt

WINDOW = 900.0


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

    def test_overloaded(self) -> None:
        """Where there is too much to do nobody signs in; nothing is looked up or counted."""
        self.house.overloaded = True
        for _ in range(9):
            self.refused(Busy, password=WRONG)
        self.assertEqual(self.house.hasher.verified, [])
        self.house.overloaded = False
        self.login()

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

    def test_old_password(self) -> None:
        """A password is good for as long as its owner likes: nothing makes anybody change it."""
        self.house.now += 20 * 365 * 86400
        self.assertTrue(self.recognised(self.login()))

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
            async def record(self, entry: object, browser: object = None) -> None:
                raise StoreUnavailable("full")

        login = evolve(self.house.flows.login, audit=NoLog())
        self.assertRaises(StoreUnavailable, self.do, login.try_password(attempt()))


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
