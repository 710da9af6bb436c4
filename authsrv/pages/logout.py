"""Signing out."""

from attrs import frozen

from authsrv.core import cookies
from authsrv.web import answers
from authsrv.web.front import Front
from authsrv.web.visit import Visit
from authsrv.wire.reply import Reply


@frozen
class LogoutPages:
    """``/logout``: a question on GET, the deed on POST."""

    front: Front

    async def ask(self, visit: Visit) -> Reply:
        """A page with one button: nothing changes on GET."""
        if visit.known is None:
            return answers.see_other("/login")
        return self.front.page(visit, "logout.html")

    async def submit(self, visit: Visit) -> Reply:
        """Ends the session here, then in the browser."""
        if visit.known is not None:
            visit.signed_form()
            await self.front.sessions.end(visit.known, visit.request.client)
        gone = cookies.clear_session(self.front.cookies)
        return answers.see_other("/login?notice=signed-out", [gone])
