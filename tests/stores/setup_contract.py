"""What every account store must do with the link to the first account."""

from tests.stores.account_case import AccountCase
from tests.stores.contract import NOW, result
from tests.stores.samples import LINK, OTHER, account


class SetupContract(AccountCase):
    """The one-time link to the first account."""

    def redeem(self, digest: bytes = LINK, name: str = "alice", now: float = NOW) -> bool:
        """Try the link."""
        return result(self.store.redeem_setup(digest, account(name), name, now))

    def test_once(self) -> None:
        """Of fifty who redeem the link exactly one succeeds, and one account is there."""
        result(self.store.offer_setup(LINK, NOW + 60))
        outcomes = [self.redeem(name=f"n{number}") for number in range(50)]
        self.assertEqual(outcomes.count(True), 1)
        self.assertEqual(len(result(self.store.list_accounts("", 100))), 1)

    def test_open(self) -> None:
        """A link is good until its expiry; what was never offered is not."""
        self.assertFalse(result(self.store.setup_is_open(LINK, NOW)))
        result(self.store.offer_setup(LINK, NOW + 60))
        answers = [
            result(self.store.setup_is_open(digest, NOW + second))
            for digest, second in ((LINK, 59), (LINK, 60), (OTHER, 0))
        ]
        self.assertEqual(answers, [True, False, False])

    def test_not_good(self) -> None:
        """A wrong or expired link makes no account, and the good one stays good."""
        self.assertFalse(self.redeem())
        result(self.store.offer_setup(LINK, NOW + 60))
        self.assertFalse(self.redeem(OTHER))
        self.assertFalse(self.redeem(now=NOW + 60))
        self.assertTrue(result(self.store.is_empty()))
        self.assertTrue(self.redeem(now=NOW + 59))
        self.assertEqual(self.get(), account())

    def test_offered_again(self) -> None:
        """A new link ends the earlier one."""
        result(self.store.offer_setup(LINK, NOW + 60))
        result(self.store.offer_setup(OTHER, NOW + 60))
        self.assertEqual([self.redeem(LINK), self.redeem(OTHER)], [False, True])

    def test_with_an_account(self) -> None:
        """Once there is an account no link is good."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.add("bob")
        self.assertFalse(result(self.store.setup_is_open(LINK, NOW)))
        self.assertFalse(self.redeem())
        self.assertIsNone(self.get())

    def test_refused_changes_nothing(self) -> None:
        """A link that was refused because of an account is good when that account has gone."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.add("bob")
        self.redeem()
        result(self.store.remove("id-bob"))
        self.assertTrue(self.redeem())

    def test_used_up(self) -> None:
        """A redeemed link does not come back when its account is removed."""
        result(self.store.offer_setup(LINK, NOW + 60))
        self.assertTrue(self.redeem())
        result(self.store.remove("id-alice"))
        self.assertFalse(self.redeem())
