"""What a signed-in person sees of their account, and of where they are signed in."""

from attrs import frozen

from authsrv.core.errors import NotFound, StoreUnavailable
from authsrv.core.sessions import Session
from authsrv.web import answers
from authsrv.web.front import Front
from authsrv.web.visit import Visit
from authsrv.wire.reply import Reply

NOTICES = frozenset({"password-changed", "device-signed-out", "devices-signed-out"})
SESSIONS = "/account/sessions"


def notice(visit: Visit) -> str | None:
    """What has just happened, if it is something we say."""
    named = visit.query.get("notice")
    return named if named in NOTICES else None


@frozen
class AccountPages:
    """``/`` and ``/account``."""

    front: Front
    external_passwords: bool

    async def home(self, visit: Visit) -> Reply:
        """On to where this visitor belongs."""
        return answers.see_other("/account" if visit.known else "/login")

    async def show(self, visit: Visit) -> Reply:
        """What I am."""
        try:
            count: int | None = len(await self.front.sessions.listed(visit.who.account))
        except StoreUnavailable:
            # Who I am is known all the same.
            count = None
        return self.front.page(
            visit,
            "account.html",
            session=visit.who.session,
            session_count=count,
            external_passwords=self.external_passwords,
            notice=notice(visit),
        )


@frozen
class SessionPages:
    """``/account/sessions``: where I am signed in; end one, end all others."""

    front: Front

    async def show(self, visit: Visit) -> Reply:
        """The list, latest used first."""
        found = await self.front.sessions.listed(visit.who.account)
        return self.front.page(
            visit,
            "sessions.html",
            sessions=found,
            current_id=visit.who.session.id,
            notice=notice(visit),
        )

    async def ask_one(self, visit: Visit) -> Reply:
        """Asks once before ending one; to end this one is to sign out."""
        if visit.variable == visit.who.session.id:
            return answers.see_other("/logout")
        session = await self._named(visit)
        return self.front.page(visit, "session_end.html", session=session)

    async def end_one(self, visit: Visit) -> Reply:
        """Ends it; to end a session that has just ended is no mistake."""
        visit.signed_form()
        await self.front.sessions.end_one(visit.who, visit.variable, visit.request.client)
        return answers.see_other(SESSIONS + "?notice=device-signed-out")

    async def ask_others(self, visit: Visit) -> Reply:
        """Asks once before ending all others."""
        _ = visit.who
        return self.front.page(visit, "sessions_end.html")

    async def end_others(self, visit: Visit) -> Reply:
        """Ends all others."""
        visit.signed_form()
        await self.front.sessions.end_others(visit.who, visit.request.client)
        return answers.see_other(SESSIONS + "?notice=devices-signed-out")

    async def _named(self, visit: Visit) -> Session:
        found = await self.front.sessions.listed(visit.who.account)
        session = next((each for each in found if each.id == visit.variable), None)
        if session is None:
            raise NotFound
        return session
