"""Sessions as they are lived: begun, recognised, proved again, listed, ended."""

from collections.abc import Sequence

from attrs import frozen

from authsrv.core import sessions as rules
from authsrv.core import tokens
from authsrv.core.accounts import Account, still_theirs
from authsrv.core.audit import Action, Entry
from authsrv.core.sessions import Device, Lifetimes, Page, Session
from authsrv.core.tokens import Token
from authsrv.interfaces import Clock, IAccountStore, IAuditLog, ISessionStore, RandomBytes

_PAGE = 200


@frozen
class Known:
    """Somebody who is signed in: what their browser holds, and what we know of it."""

    token: Token
    session: Session
    account: Account


@frozen
class Sessions:
    """What can happen to sessions.  Every change is kept before these methods return."""

    store: ISessionStore
    accounts: IAccountStore
    audit: IAuditLog
    lifetimes: Lifetimes
    clock: Clock
    random: RandomBytes

    async def begin(
        self, account: Account, device: Device, *, remember: bool, previous: Token | None
    ) -> Known:
        """A new session on a new token; the *previous* one of this browser is dead."""
        session = rules.begin(
            id=self.random(8).hex(),
            account_id=account.id,
            epoch=account.epoch,
            now=self.clock(),
            lifetimes=self.lifetimes,
            remember=remember,
            device=device,
        )
        token = tokens.issue(self.random(tokens.TOKEN_BYTES))
        await self.store.save(token.key, session, session.expires_at)
        if previous is not None:
            # A token planted before the login must not survive it (session fixation).
            await self.store.revoke(previous.key)
        return Known(token, session, account)

    async def recognise(self, token: Token) -> Known | None:
        """Whoever holds *token*, or None.  Notes the use, at most once a minute.

        The account is read each time: a password change or a disabled account ends every older
        session in the one step that changes the account, whatever becomes of the rows.
        """
        now = self.clock()
        session = await self.store.load(token.key, now)
        if session is None:
            return None
        account = await self.accounts.by_id(session.account_id)
        if account is None or not still_theirs(session, account):
            return None
        touched = rules.touch(session, now)
        if touched is not None:
            await self.store.touch(token.key, touched.last_seen, touched.expires_at)
        return Known(token, touched or session, account)

    async def prove_again(self, known: Known, account: Account) -> Known | None:
        """*known* on a new token after a new proof; None if it was ended meanwhile."""
        token = tokens.issue_beside(known.token.key, self.random)
        session = rules.prove_again(known.session, account.epoch, self.clock())
        kept = await self.store.replace(known.token.key, token.key, session, session.expires_at)
        return Known(token, session, account) if kept else None

    async def listed(self, account: Account) -> Sequence[Session]:
        """Where *account* is signed in, latest used first."""
        found = await self.store.list_account(account.id, self.clock())
        return [session for session in found if still_theirs(session, account)]

    async def end(self, known: Known, address: str) -> None:
        """Sign out."""
        await self.store.revoke(known.token.key)
        await self._note_own(Action.LOGOUT, known, known.session.id, address)

    async def end_one(self, known: Known, session_id: str, address: str) -> bool:
        """Sign another browser of the same account out; whether it was signed in."""
        ended = await self.store.revoke_one(known.account.id, session_id)
        if ended:
            await self._note_own(Action.SESSION_REVOKED, known, session_id, address)
        return ended

    async def end_others(self, known: Known, address: str) -> int:
        """Sign all other browsers of the account out; how many."""
        ended = await self.store.revoke_account(known.account.id, known.token.key)
        await self._note_own(Action.SESSION_REVOKED, known, "others", address)
        return ended

    async def everybody(self, after: str = "", limit: int = 100) -> Page:
        """For the operator: about *limit* live sessions, from where *after* says."""
        return await self.store.list_all(self.clock(), after, limit)

    async def revoke(self, session_id: str, actor: str) -> bool:
        """For the operator: end the session shown as *session_id*; whether there was one."""
        page = await self.everybody("", _PAGE)
        while True:
            for session in (stored.session for stored in page.found):
                if session.id == session_id:
                    ended = await self.store.revoke_one(session.account_id, session_id)
                    await self._note(Action.SESSION_REVOKED, actor, session.account_id, session_id)
                    return ended
            if not page.after:
                return False
            page = await self.everybody(page.after, _PAGE)

    async def end_all(self, account: Account, actor: str) -> int:
        """For the operator: sign *account* out everywhere, logins under way included; how many."""
        await self.accounts.end_epoch(account.id)
        await self._note(Action.SESSION_REVOKED, actor, account.id, "all")
        return await self.store.revoke_account(account.id)

    async def end_everybody(self, actor: str) -> int:
        """For the operator: sign everybody out; how many sessions that ended."""
        ended = await self.store.revoke_all()
        await self._note(Action.SESSION_REVOKED, actor, None, "everybody")
        return ended

    async def _note_own(self, action: Action, known: Known, which: str, address: str) -> None:
        await self._note(action, known.account.id, known.account.id, which, address)

    async def _note(
        self, action: Action, actor: str, account_id: str | None, which: str, address: str = ""
    ) -> None:
        entry = Entry(self.clock(), action, "done", actor, account_id, address, {"session": which})
        await self.audit.record(entry)
