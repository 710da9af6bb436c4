"""Changing one's own password."""

from attrs import frozen

from authsrv.core.audit import Action, Entry
from authsrv.core.errors import InvalidFields, NotFound, NotSignedIn
from authsrv.flows.passwords import Passwords
from authsrv.flows.sessions import Known, Sessions
from authsrv.flows.throttles import Throttles, change_key
from authsrv.interfaces import Clock, IAuditLog, IPasswordCheck, ISessionStore


@frozen
class PasswordChange:
    """A signed-in person gives their old password and a new one."""

    passwords: Passwords
    check: IPasswordCheck
    sessions: Sessions
    session_store: ISessionStore
    throttles: Throttles
    audit: IAuditLog
    clock: Clock

    async def change(self, known: Known, current: str, new: str, address: str) -> Known:
        """The person on a new token; every other session of the account is dead.

        Raises InvalidFields ("current", "new"), Throttled, Busy, StoreUnavailable, and
        NotSignedIn if the session was ended meanwhile.
        """
        account = known.account
        async with self.throttles.attempt(address, change_key(account)):
            await self._prove(known, current, address)
        if new == current:
            raise InvalidFields({"new": "password-same"})
        try:
            changed = await self.passwords.store_new(account, new)
        except InvalidFields as error:
            raise InvalidFields({"new": error.fields["password"]}) from error
        except NotFound as error:
            # Somebody else was faster: with the password this session has ended too.
            raise NotSignedIn from error
        # From here on every older session is dead by its epoch.  What follows tidies up, and may
        # find the other store away: the log has it first.
        await self._note(known, "done", address)
        again = await self.sessions.prove_again(known, changed)
        await self.session_store.revoke_account(account.id, again.token.key if again else None)
        if again is None:
            raise NotSignedIn
        return again

    async def _prove(self, known: Known, current: str, address: str) -> None:
        if not await self.check.check(known.account, known.account.name, current):
            await self._note(known, "wrong-password", address)
            raise InvalidFields({"current": "wrong-current-password"})

    async def _note(self, known: Known, outcome: str, address: str) -> None:
        who = known.account.id
        await self.audit.record(
            Entry(self.clock(), Action.PASSWORD_CHANGED, outcome, who, who, address)
        )
