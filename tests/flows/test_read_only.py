"""What goes on while the accounts can be read and not written: on a standby, say."""

from collections.abc import Coroutine
from typing import Any

from authsrv.core.accounts import Account
from authsrv.core.audit import Entry
from authsrv.core.errors import BadCredentials, ReadOnly
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import NEW, WRONG, HouseCase


class Standby(MemoryAccounts):
    """Takes nothing new while it is *frozen*."""

    frozen = False

    def must_write(self) -> None:
        """Raise ReadOnly if it is frozen."""
        if self.frozen:
            raise ReadOnly("a standby")

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """An entry, and a browser."""
        self.must_write()
        await super().record(entry, browser)

    async def upgrade_hash(self, account_id: str, old: str, new: str) -> None:
        """A hash."""
        self.must_write()
        await super().upgrade_hash(account_id, old, new)

    async def set_password(self, account_id: str, password_hash: str, epoch: int) -> Account | None:
        """A password."""
        self.must_write()
        return await super().set_password(account_id, password_hash, epoch)


class ReadOnlyTests(HouseCase):
    """Alice has an account, and from then on nothing can be kept."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(accounts=Standby())

    def setUp(self) -> None:
        super().setUp()
        old = f"old:{PASSWORD}"
        self.do(self.house.accounts.upgrade_hash(self.alice.id, f"plain:{PASSWORD}", old))
        self.house.accounts.frozen = True
        self.kept = self.audit()

    def refused_now(self, work: Coroutine[Any, Any, object]) -> None:
        """*work* is refused because nothing can be kept."""
        self.assertRaises(ReadOnly, self.do, work)

    def test_login(self) -> None:
        """Who is known signs in, though neither the hash, the browser nor the entry is kept."""
        self.assertTrue(self.recognised(self.login()))
        self.assertEqual(self.house.unkept, [("login", "done")])
        self.assertEqual(self.audit(), self.kept)

    def test_wrong(self) -> None:
        """A wrong password is refused as ever, and noted where it can be."""
        self.refused(BadCredentials, password=WRONG)
        self.assertEqual(self.house.unkept, [("login", "wrong-password")])

    def test_browser(self) -> None:
        """The secret that the browser got is a stranger's, until a login can be kept again."""
        first = self.login()
        self.house.accounts.frozen = False
        known = self.house.accounts.knows_browser(self.alice.id, first.browser.key)
        self.assertFalse(self.do(known))
        second = self.login(browser=first.browser)
        known = self.house.accounts.knows_browser(self.alice.id, second.browser.key)
        self.assertTrue(self.do(known))

    def test_hash(self) -> None:
        """The first login that can be kept raises the hash's cost."""
        self.login()
        self.house.accounts.frozen = False
        self.login()
        account = self.do(self.house.accounts.by_id(self.alice.id))
        assert account is not None
        self.assertEqual(account.password_hash, f"plain:{PASSWORD}")

    def test_logout(self) -> None:
        """Who signs out is signed out, and that is noted where it can be."""
        welcome = self.login()
        self.do(self.house.flows.sessions.end(welcome.known, "192.0.2.1"))
        self.assertFalse(self.recognised(welcome))
        self.assertEqual(self.house.unkept[-1], ("logout", "done"))

    def test_password(self) -> None:
        """A password cannot be changed: the old one stays good, and nothing says otherwise."""
        known = self.login().known
        self.refused_now(self.house.flows.password.change(known, PASSWORD, NEW, "192.0.2.1"))
        self.assertEqual(self.house.unkept, [("login", "done")])
        self.login()
