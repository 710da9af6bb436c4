"""The first administrator, made once with a one-time link."""

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from authsrv.core.accounts import Account
from authsrv.core.audit import Action
from authsrv.core.errors import InvalidFields, NotFound
from authsrv.core.tokens import Token
from authsrv.flows.setup import LINK_LIFETIME, Setup
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import HouseCase, SlowHasher


class SetupTests(HouseCase):
    """From no account to one."""

    def setUp(self) -> None:
        self.house = MemoryHouse(hasher=SlowHasher())

    @property
    def flow(self) -> Setup:
        """What is tested."""
        return self.house.flows.setup

    def offered(self) -> Token:
        """A new link."""
        token = self.do(self.flow.offer())
        assert token is not None
        return token

    def redeem(self, token: Token | None, name: str = "ada", password: str = PASSWORD) -> Account:
        """Use a link."""
        return self.do(self.flow.redeem(token, name, password, address="192.0.2.1"))

    def is_open(self, token: Token | None) -> bool:
        """Whether the link is good."""
        return self.do(self.flow.is_open(token))

    def test_redeemed(self) -> None:
        """Whoever has the link becomes the administrator, and can sign in."""
        self.assertTrue(self.do(self.flow.is_needed()))
        account = self.redeem(self.offered())
        self.assertEqual((account.name, account.admin, account.disabled), ("ada", True, False))
        self.assertFalse(self.do(self.flow.is_needed()))
        self.assertEqual(self.login(name="ada").known.account, account)

    def test_noted(self) -> None:
        """It is noted once, with the address."""
        account = self.redeem(self.offered())
        (entry,) = self.audit()
        self.assertEqual(
            (entry.action, entry.outcome, entry.account_id, entry.address),
            (Action.SETUP, "done", account.id, "192.0.2.1"),
        )

    def test_once(self) -> None:
        """A link that was used is good for nothing any more."""
        token = self.offered()
        self.redeem(token)
        self.assertFalse(self.is_open(token))
        self.assertRaises(NotFound, self.redeem, token, "eve")
        self.assertEqual([a.name for a in self.do(self.house.flows.accounts.listed())], ["ada"])

    def test_fifty_at_once(self) -> None:
        """Of fifty who use the link at once exactly one gets an account."""
        token = self.offered()
        self.house.hasher.shut()
        works: list[Deferred[Account]] = [
            self.later(self.flow.redeem(token, f"ada{number}", PASSWORD)) for number in range(50)
        ]
        for work in works:
            self.assertNoResult(work)
        self.house.hasher.open()
        ends: list[Account | Failure] = []
        for work in works:
            work.addBoth(ends.append)
        made = [end for end in ends if isinstance(end, Account)]
        refused = [end for end in ends if isinstance(end, Failure) and end.check(NotFound)]
        self.assertEqual((len(made), len(refused)), (1, 49))
        self.assertEqual(list(self.do(self.house.flows.accounts.listed())), made)

    def test_mistakes(self) -> None:
        """Fields that are refused leave the link good."""
        token = self.offered()
        self.assertRaises(InvalidFields, self.redeem, token, "")
        self.assertRaises(InvalidFields, self.redeem, token, "ada", "short")
        self.redeem(token)

    def test_wrong_link(self) -> None:
        """No link, and a made-up one, are good for nothing."""
        self.offered()
        for token in (None, Token("A" * 43)):
            self.assertFalse(self.is_open(token))
            self.assertRaises(NotFound, self.redeem, token)

    def test_expired(self) -> None:
        """A link is good until just before its day is over."""
        token = self.offered()
        self.house.now += LINK_LIFETIME - 1
        self.assertTrue(self.is_open(token))
        self.house.now += 1
        self.assertFalse(self.is_open(token))
        self.assertRaises(NotFound, self.redeem, token)

    def test_newest_only(self) -> None:
        """A new link ends the one before."""
        before = self.offered()
        after = self.offered()
        self.assertEqual([self.is_open(t) for t in (before, after)], [False, True])

    def test_never_afterwards(self) -> None:
        """With an account there is no link, whoever made the account, and old ones are dead."""
        token = self.offered()
        account = self.house.add_account("alice")
        self.assertIsNone(self.do(self.flow.offer()))
        self.assertFalse(self.is_open(token))
        self.assertRaises(NotFound, self.redeem, token)
        self.do(self.house.flows.accounts.set_disabled(account, True, "operator"))
        self.assertFalse(self.is_open(token))
