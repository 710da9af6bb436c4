"""Who hashes passwords, who checks them, and which may be chosen."""

from collections.abc import Sequence
from typing import Protocol

from zope.interface import Attribute, Interface

from authsrv.core.accounts import Account


class IPasswordHasher(Interface):
    """Slow hashing, away from the reactor.

    Raises :class:`~authsrv.core.errors.Busy` at once when too many already wait.
    """

    async def hash(password: str) -> str:
        """A new salted hash of *password*, with its parameters, as text (PHC string format)."""

    async def verify(password_hash: str | None, password: str) -> bool:
        """Whether *password* is the one; with None a decoy is hashed at the same cost: False."""

    def is_outdated(password_hash: str) -> bool:
        """Whether the hash's parameters are not today's."""


class IPasswordCheck(Interface):
    """Who says that a name and a password belong together."""

    is_external: bool = Attribute("True: passwords are kept elsewhere, so they cannot be set here.")

    async def check(account: Account | None, name: str, password: str) -> bool:
        """Whether they belong together.  *account* is None for a name we do not know.

        An external check may say True for such a name; the account is then made.
        """


class PasswordRule(Protocol):
    """Whether a password may be chosen."""

    def __call__(self, password: str, words: Sequence[str], /) -> str | None:
        """The message identifier of what is wrong with *password*, or None.

        *words* are what it must not be made of: the account's name, e-mail address, our name.
        """
