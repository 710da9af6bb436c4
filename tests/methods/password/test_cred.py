"""Any twisted.cred checker as the password check."""

from typing import Any

from twisted.cred.checkers import (
    ANONYMOUS,
    AllowAnonymousAccess,
    ICredentialsChecker,
    InMemoryUsernamePasswordDatabaseDontUse,
)
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.error import LoginDenied, LoginFailed, UnauthorizedLogin
from twisted.cred.strcred import InvalidAuthType
from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

from authsrv.interfaces import IPasswordCheck
from authsrv.methods.password.cred import CredCheck, checker_for
from authsrv.testing import PASSWORD


@implementer(ICredentialsChecker)
class Says:
    """Answers *answer*; notes what it was asked."""

    credentialInterfaces = (IUsernamePassword,)

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[bytes, bytes]] = []

    def requestAvatarId(self, credentials: Any) -> Any:
        """The answer."""
        self.asked.append((credentials.username, credentials.password))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class CheckTests(SynchronousTestCase):
    """Yes, no, and broken."""

    def ask(self, checker: Any, name: str = "alice", password: str = PASSWORD) -> "Deferred[bool]":
        """Ask it."""
        return Deferred.fromCoroutine(CredCheck(checker).check(None, name, password))

    def says(self, checker: Any, name: str = "alice", password: str = PASSWORD) -> bool:
        """What it says."""
        return self.successResultOf(self.ask(checker, name, password))

    def test_interface(self) -> None:
        """It is a password check, of passwords that are kept elsewhere."""
        check = CredCheck(Says(b"alice"))
        self.assertTrue(verifyObject(IPasswordCheck, check))
        self.assertTrue(check.is_external)

    def test_in_memory(self) -> None:
        """Twisted's own database lets in whom it knows, with their password."""
        checker = InMemoryUsernamePasswordDatabaseDontUse(alice=PASSWORD.encode())
        self.assertTrue(self.says(checker))
        for name, password in (("alice", "x"), ("bob", PASSWORD), ("", PASSWORD), ("alice", "")):
            self.assertFalse(self.says(checker, name, password))

    def test_utf8(self) -> None:
        """Name and password go out as UTF-8, the password composed."""
        checker = Says(b"x")
        self.says(checker, "앨리스", "가나다 마바사")
        self.assertEqual(checker.asked, [("앨리스".encode(), "가나다 마바사".encode())])

    def test_not_asked(self) -> None:
        """No name, or what cannot be a password, is not even asked about."""
        checker = Says(b"x")
        for name, password in (("", PASSWORD), ("alice", "x" * 1025), ("alice", "\ud800")):
            self.assertFalse(self.says(checker, name, password))
        self.assertEqual(checker.asked, [])

    def test_refusals(self) -> None:
        """Every way in which cred refuses is a no, raised or fired."""
        for error in (UnauthorizedLogin(), LoginFailed(), LoginDenied()):
            self.assertFalse(self.says(Says(error)))
            self.assertFalse(self.says(Says(fail(error))))

    def test_later(self) -> None:
        """A checker may take its time."""
        answer: Deferred[bytes] = Deferred()
        asked = self.ask(Says(answer))
        self.assertNoResult(asked)
        answer.callback(b"alice")
        self.assertTrue(self.successResultOf(asked))

    def test_anonymous(self) -> None:
        """Somebody let in as nobody in particular is not signed in."""
        self.assertFalse(self.says(Says(succeed(ANONYMOUS))))

    def test_broken(self) -> None:
        """What breaks in a checker is an error, never a yes and never a no."""
        self.failureResultOf(self.ask(Says(OSError("directory server away"))), OSError)
        self.failureResultOf(self.ask(Says(fail(OSError("away")))), OSError)


class CheckerForTests(SynchronousTestCase):
    """Checkers as they are written on the command line."""

    def ask(self, description: str, name: str, password: str) -> bool:
        """What the checker written as *description* says."""
        check = CredCheck(checker_for(description))
        return self.successResultOf(Deferred.fromCoroutine(check.check(None, name, password)))

    def test_memory(self) -> None:
        """memory:NAME:PASSWORD knows that name with that password, in any script."""
        description = f"memory:alice:{PASSWORD}:앨리스:비밀번호"
        self.assertTrue(self.ask(description, "alice", PASSWORD))
        self.assertTrue(self.ask(description, "앨리스", "비밀번호"))
        self.assertFalse(self.ask(description, "alice", "비밀번호"))
        self.assertFalse(self.ask(description, "bob", PASSWORD))

    def test_file(self) -> None:
        """file:PATH knows the names and passwords in that file."""
        path = self.mktemp()
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"alice:{PASSWORD}\n")
        self.assertTrue(self.ask(f"file:{path}", "alice", PASSWORD))
        self.assertFalse(self.ask(f"file:{path}", "alice", "x"))

    def test_other_credentials(self) -> None:
        """A checker that does not check names and passwords is refused by its name alone."""
        error = self.assertRaises(ValueError, checker_for, "anonymous")
        self.assertEqual(str(error), "anonymous does not check names and passwords")
        self.assertNotIn(IUsernamePassword, AllowAnonymousAccess().credentialInterfaces)

    def test_unknown(self) -> None:
        """A type nobody knows is refused."""
        self.assertRaises(InvalidAuthType, checker_for, "no-such-type:x")
