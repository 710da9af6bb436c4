"""The house worked directly, without a server."""

from twisted.internet.defer import Deferred

from authsrv import wiring
from authsrv.cluster.errors import CannotStart
from authsrv.core.errors import BadCredentials, StoreUnavailable
from authsrv.core.sessions import Device
from authsrv.settings import Settings
from authsrv.settings.model import AccountSettings, Argon2, PasswordSettings, SessionSettings
from authsrv.wiring.direct import offline, run
from tests.stores.contract import StoreCase

PASSWORD = "correct horse battery staple"


class RunTests(StoreCase):
    """Coroutines that wait for nothing."""

    def test_result(self) -> None:
        """The result is what is returned, None too."""

        async def give(value: object) -> object:
            return value

        self.assertEqual([run(give(v)) for v in (5, None)], [5, None])

    def test_error(self) -> None:
        """What is raised is raised."""

        async def refuse() -> None:
            raise BadCredentials("x")

        self.assertRaises(BadCredentials, run, refuse())

    def test_waits(self) -> None:
        """A coroutine that does wait is an error, never a wrong result."""

        async def wait() -> None:
            await Deferred()

        self.assertRaises(IndexError, run, wait())


class OfflineTests(StoreCase):
    """The house over real stores."""

    def setUp(self) -> None:
        super().setUp()
        self.settings = Settings(
            public_url="https://login.example.com",
            sessions=SessionSettings(store=f"sqlite:{self.fresh_path()}"),
            accounts=AccountSettings(store=f"sqlite:{self.fresh_path()}"),
            passwords=PasswordSettings(argon2=Argon2(memory_kib=19456)),
        )

    def test_prepare(self) -> None:
        """The first start makes the stores and tells a link; so does the next, with another."""
        links = [wiring.prepare(self.settings)[1].strip() for _ in range(2)]
        for link in links:
            self.assertRegex(link, r"^https://login\.example\.com/setup\?token=[A-Za-z0-9_-]{43}$")
        self.assertNotEqual(*links)

    def test_with_an_account(self) -> None:
        """With an account there is nothing to tell, and what was kept is there the next time."""
        wiring.prepare_stores(self.settings)
        with wiring.offline(self.settings) as house:
            account = house.run(house.accounts.add("alice", PASSWORD, admin=True))
            begun = house.sessions.begin(account, Device(), remember=False, previous=None)
            house.run(begun)
        self.assertEqual(wiring.prepare(self.settings), [])
        with offline(self.settings) as house:
            self.assertEqual(house.run(house.accounts.get("alice")), account)
            self.assertEqual(house.run(house.sessions.end_all(account, "operator")), 1)

    def test_auth(self) -> None:
        """Where passwords are kept elsewhere nothing has to be set up."""
        external = self.settings.model_copy(update={"auth": "memory:alice:x"})
        self.assertEqual(wiring.prepare(external), [])

    def test_not_made(self) -> None:
        """Stores that were never made are an error for the command line, not empty."""
        with self.assertRaises(StoreUnavailable), offline(self.settings):
            self.fail("there is no such store")

    def test_cannot_be_made(self) -> None:
        """Stores that cannot be made keep the server from starting, with a sentence."""
        nowhere = self.directory / "file"
        nowhere.write_text("")
        settings = self.settings.model_copy(
            update={"sessions": SessionSettings(store=f"sqlite:{nowhere}/x.db")}
        )
        error = self.assertRaises(CannotStart, wiring.prepare, settings)
        self.assertGreater(len(str(error)), 10)
