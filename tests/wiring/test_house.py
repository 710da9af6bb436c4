"""Everything that happens in the house, joined to where things are kept."""

from authsrv.core.throttle import Limit
from authsrv.methods.password.cred import CredCheck
from authsrv.settings import Settings
from authsrv.settings.model import PasswordSettings, SessionSettings, ThrottleSettings
from authsrv.settings.values import Rate
from authsrv.testing import ORIGIN, PASSWORD, MemoryHouse
from authsrv.wiring import house
from tests.pages.samples import PageCase, ask, credentials, visible


class ChosenTests(PageCase):
    """What an operator has chosen is what happens."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(
            settings=Settings(
                public_url=ORIGIN,
                sessions=SessionSettings(idle=600.0, lifetime=1200.0, remember=86400.0),
                passwords=PasswordSettings(min_length=20),
                throttle=ThrottleSettings(
                    per_account=Rate(attempts=2, window=60.0),
                    per_address=Rate(attempts=3, window=120.0),
                    lock_after=7,
                ),
            )
        )

    def test_lifetimes(self) -> None:
        """Sessions live as long as was chosen."""
        chosen = house.lifetimes(self.house.settings)
        self.assertEqual((chosen.idle, chosen.lifetime, chosen.remember), (600, 1200, 86400))
        self.house.now += 600
        self.assert_sign_in(self.browser.get("/account"))
        self.stranger.sign_in("alice", remember="yes")
        self.house.now += 86399
        self.assertEqual(self.stranger.get("/account").status, 200)

    def test_remember_is_told(self) -> None:
        """The sign-in page says how long it will remember."""
        self.assertIn("for 24 hours", visible(self.stranger.get("/login")))

    def test_limits(self) -> None:
        """Guesses are as many as was chosen; only an account is ever locked for good."""
        chosen = house.limits(self.house.settings)
        self.assertEqual(chosen.per_account, Limit(2, 60.0, 7))
        self.assertEqual(chosen.per_address, Limit(3, 120.0, None))
        statuses = [self.stranger.sign_in("alice", "x").status for _ in range(3)]
        self.assertEqual(statuses, [401, 401, 429])

    def test_length(self) -> None:
        """A new password is as long as was chosen, and the form says so."""
        self.assertIn("At least 20 characters.", visible(self.browser.get("/account/password")))
        new = "nineteen characters"
        answer = self.signed("/account/password", current=PASSWORD, new=new, again=new)
        self.assertIn("Choose a password of at least 20 characters.", visible(answer))

    def test_counted(self) -> None:
        """What is audited is counted by action and outcome."""
        self.assertEqual(self.house.audited, [("account-added", "done"), ("login", "done")])


class AuthTests(PageCase):
    """``--auth``: passwords are kept elsewhere."""

    def setUp(self) -> None:
        self.house = MemoryHouse(
            settings=Settings(public_url=ORIGIN, auth=f"memory:alice:{PASSWORD}:bob:secret")
        )
        self.browser, self.stranger = self.house.browser(), self.house.browser()

    def test_check(self) -> None:
        """The checker that was named is asked, and nobody else."""
        self.assertIsInstance(self.house.flows.login.check, CredCheck)
        self.assertIs(self.house.flows.password.check, self.house.flows.login.check)

    def test_login(self) -> None:
        """Whoever it knows signs in, which makes their account, once."""
        for _ in range(2):
            self.assert_to(self.browser.sign_in("alice"), "/account")
        accounts = self.do(self.house.flows.accounts.listed())
        self.assertEqual([(a.name, a.password_hash) for a in accounts], [("alice", None)])
        self.assertIn("alice", visible(self.browser.get("/account")))
        self.assertEqual(
            ask(self.stranger, "POST", "/api/session", credentials("bob", "secret")).status, 201
        )

    def test_as_typed(self) -> None:
        """The checker is given the name as it was typed: whether case matters is its business."""
        self.assertEqual(self.browser.sign_in("Alice").status, 401)

    def test_unfit_name(self) -> None:
        """A name that our rules do not allow is refused with the one sentence, and noted."""
        self.house = MemoryHouse(
            settings=Settings(public_url=ORIGIN, auth=f"memory:a b:{PASSWORD}")
        )
        self.assertEqual(self.house.browser().sign_in("a b").status, 401)
        self.assertEqual(self.house.audited, [("login", "unknown")])

    def test_refused(self) -> None:
        """Whoever it does not know does not, and gets no account."""
        for name, password in (("alice", "secret"), ("carol", PASSWORD), ("", "")):
            self.assertEqual(self.stranger.sign_in(name, password).status, 401)
        self.assertEqual(self.house.hasher.verified, [])
        self.assertEqual(list(self.do(self.house.flows.accounts.listed())), [])

    def test_no_password_page(self) -> None:
        """A password that is kept elsewhere cannot be changed here, and the account says so."""
        self.browser.sign_in("alice")
        self.assertEqual(self.browser.get("/account/password").status, 404)
        self.assertEqual(self.browser.post("/account/password", {}).status, 404)
        answer = self.browser.get("/account")
        self.assertIn("It is kept outside this site", visible(answer))
        self.assertNotIn('href="/account/password"', answer.text)

    def test_password_page_of_a_stranger(self) -> None:
        """A stranger is asked to sign in, as at every page."""
        self.assert_sign_in(self.stranger.get("/account/password"))

    def test_no_setup(self) -> None:
        """Nothing has to be set up, and nobody is told to."""
        self.assertNotIn("There is no account yet.", visible(self.stranger.get("/login")))

    def test_disabled_here(self) -> None:
        """An account that is disabled here stays out."""
        self.browser.sign_in("alice")
        alice = self.do(self.house.flows.accounts.get("alice"))
        self.do(self.house.flows.accounts.set_disabled(alice, True, "operator"))
        self.assert_sign_in(self.browser.get("/account"))
        self.assertEqual(self.browser.sign_in("alice").status, 401)

    def test_wrong_kind(self) -> None:
        """A checker that checks no passwords is refused when the house is furnished."""
        settings = Settings(public_url=ORIGIN, auth="anonymous")
        self.assertRaises(ValueError, MemoryHouse, settings=settings)
