"""Changing one's own password."""

from attrs import evolve
from zope.interface import implementer

from authsrv.core.accounts import Account
from authsrv.core.audit import Action
from authsrv.core.errors import BadCredentials, InvalidFields, NotSignedIn, Throttled
from authsrv.flows.sessions import Known
from authsrv.interfaces import IPasswordCheck
from authsrv.testing import PASSWORD, MemoryHouse
from tests.flows.samples import NEW, WRONG, HouseCase, SlowHasher, attempt


class ChangeCase(HouseCase):
    """alice is signed in on two browsers."""

    def setUp(self) -> None:
        super().setUp()
        self.one, self.other = self.login(), self.login()

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(hasher=SlowHasher())

    def change(self, current: str = PASSWORD, new: str = NEW) -> Known:
        """Change it on the first browser."""
        work = self.house.flows.password.change(self.one.known, current, new, "192.0.2.1")
        return self.do(work)

    def mistakes(self, current: str = PASSWORD, new: str = NEW) -> dict[str, str]:
        """What is wrong with the fields; nothing has changed."""
        error = self.assertRaises(InvalidFields, self.change, current, new)
        self.assertTrue(self.recognised(self.one))
        self.assertTrue(self.recognised(self.other))
        self.assertTrue(self.recognised(self.login()))
        return dict(error.fields)


class ChangeTests(ChangeCase):
    """What is changed, and what is refused."""

    def test_changed(self) -> None:
        """From then on the new password is good and the old one is not."""
        self.change()
        self.login(password=NEW)
        self.refused(BadCredentials, password=PASSWORD)

    def test_goes_on(self) -> None:
        """Whoever changed it goes on, on a new token; the old one is dead."""
        again = self.change()
        self.assertEqual(again.session.id, self.one.known.session.id)
        self.assertIsNotNone(self.do(self.house.flows.sessions.recognise(again.token)))
        self.assertFalse(self.recognised(self.one))

    def test_others_are_dead(self) -> None:
        """Every other session is dead, and its row is gone too."""
        self.change()
        self.assertFalse(self.recognised(self.other))
        self.assertEqual(len(self.house.sessions._rows), 1)

    def test_wrong_current(self) -> None:
        """Without the current password nothing is changed."""
        self.assertEqual(self.mistakes(current=WRONG), {"current": "wrong-current-password"})

    def test_unacceptable(self) -> None:
        """A new password that is the same, short, common, too long or the name is refused."""
        cases = {
            PASSWORD: "password-same",
            "short": "password-short",
            "passwordpassword": "password-common",
            "x" * 1025: "password-long",
            "alicealicealice7": "password-name",
        }
        for new, why in cases.items():
            self.assertEqual(self.mistakes(new=new), {"new": why}, new[:20])

    def test_throttled(self) -> None:
        """Guessing the current password is limited like guessing at the sign-in page."""
        for _ in range(5):
            self.assertRaises(InvalidFields, self.change, WRONG)
        verified = len(self.house.hasher.verified)
        self.assertRaises(Throttled, self.change)
        self.assertEqual(len(self.house.hasher.verified), verified)

    def test_success_is_given_back(self) -> None:
        """The right password is not counted, even if the new one is refused."""
        for _ in range(30):
            self.assertRaises(InvalidFields, self.change, PASSWORD, "short")

    def test_noted(self) -> None:
        """The change, and a wrong current password, are in the audit log."""
        self.assertRaises(InvalidFields, self.change, WRONG)
        self.change()
        found = [e for e in self.audit() if e.action is Action.PASSWORD_CHANGED]
        mine = self.alice.id
        self.assertEqual(
            [(e.outcome, e.actor, e.account_id, e.address) for e in found],
            [(why, mine, mine, "192.0.2.1") for why in ("wrong-password", "done")],
        )

    def test_changed_meanwhile(self) -> None:
        """A change by somebody who read the account before another change does nothing."""
        self.do(self.house.flows.accounts.set_password(self.alice, NEW, "operator"))
        late = evolve(self.house.flows.password, check=_Yes())
        work = late.change(self.one.known, PASSWORD, "one more good password", "192.0.2.1")
        self.assertRaises(NotSignedIn, self.do, work)
        self.login(password=NEW)


@implementer(IPasswordCheck)
class _Yes:
    """Everything fits."""

    is_external = False

    async def check(self, account: Account | None, name: str, password: str) -> bool:
        """It does."""
        return True


class RaceTests(ChangeCase):
    """What else happens while it is changed."""

    def test_login_with_the_old_password(self) -> None:
        """A login that had the account before the change is dead when it ends after it."""
        self.house.hasher.shut()
        login = self.later(self.house.flows.login.try_password(attempt()))
        gate, self.house.hasher.gate = self.house.hasher.gate, None
        again = self.change()
        self.house.hasher.gate = gate
        self.house.hasher.open()
        welcome = self.successResultOf(login)
        self.assertEqual(welcome.known.session.epoch, 0)
        self.assertFalse(self.recognised(welcome))
        self.assertIsNotNone(self.do(self.house.flows.sessions.recognise(again.token)))

    def test_signed_out_meanwhile(self) -> None:
        """A session ended while the hash is made is not revived; the password is changed."""
        self.house.hasher.shut()
        work = self.house.flows.password.change(self.one.known, PASSWORD, NEW, "192.0.2.1")
        change = self.later(work)
        self.do(self.house.flows.sessions.end(self.one.known, "192.0.2.1"))
        self.house.hasher.open()
        self.failureResultOf(change, NotSignedIn)
        self.assertEqual(self.house.sessions._rows, {})
        self.login(password=NEW)

    def test_two_changes(self) -> None:
        """Of two changes at once exactly one is made."""
        self.house.hasher.shut()
        flow = self.house.flows.password
        works = [
            self.later(flow.change(each.known, PASSWORD, new, "192.0.2.1"))
            for each, new in ((self.one, NEW), (self.other, "one more good password"))
        ]
        self.house.hasher.open()
        first = self.successResultOf(works[0])
        self.failureResultOf(works[1], NotSignedIn)
        self.assertIsNotNone(self.do(self.house.flows.sessions.recognise(first.token)))
        self.login(password=NEW)
