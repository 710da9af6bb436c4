"""Any ``twisted.cred`` checker as the password check (``twistd authsrv --auth TYPE:ARGS``).

cred answers yes or no to one proof; that a login may still owe a second one stays our business.
"""

from attrs import frozen
from twisted.cred.checkers import (
    ANONYMOUS,
    ICredentialsChecker,
    InMemoryUsernamePasswordDatabaseDontUse,
)
from twisted.cred.credentials import IUsernamePassword, UsernamePassword
from twisted.cred.error import LoginFailed, UnauthorizedLogin
from twisted.cred.strcred import makeChecker
from twisted.internet.defer import maybeDeferred
from zope.interface import implementer

from authsrv.core import passwords as rules
from authsrv.core.accounts import Account
from authsrv.interfaces import IPasswordCheck


def checker_for(description: str) -> ICredentialsChecker:
    """The checker written as ``TYPE:ARGS``.  ValueError if it cannot check a name and password."""
    checker: ICredentialsChecker = makeChecker(description)
    if IUsernamePassword not in checker.credentialInterfaces:
        raise ValueError(f"{description.partition(':')[0]} does not check names and passwords")
    if isinstance(checker, InMemoryUsernamePasswordDatabaseDontUse):
        # Twisted's "memory:" keeps text where this checker looks for bytes: nobody would get in.
        checker.users = {_bytes(name): _bytes(password) for name, password in checker.users.items()}
    return checker


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@implementer(IPasswordCheck)
@frozen
class CredCheck:
    """Asks *checker*.  What it does not know is refused; what breaks in it is raised."""

    checker: ICredentialsChecker

    is_external = True

    async def check(self, account: Account | None, name: str, password: str) -> bool:
        """Whether the checker lets *name* in with *password*."""
        plain = rules.prepare(password)
        if plain is None or not name or not name.isprintable():
            return False
        credentials = UsernamePassword(name.encode(), plain.encode())
        try:
            avatar = await maybeDeferred(self.checker.requestAvatarId, credentials)
        except (UnauthorizedLogin, LoginFailed):
            return False
        return avatar is not ANONYMOUS
