"""The language switch."""

from attrs import frozen

from authsrv.core import redirects
from authsrv.core.errors import NotFound
from authsrv.web import answers, messages
from authsrv.web.front import LANGUAGE, Front
from authsrv.web.visit import Visit
from authsrv.wire.reply import Reply

_YEAR = 365 * 24 * 3600


@frozen
class LanguagePages:
    """``/language``: keeps the visitor's choice in a cookie of its own."""

    front: Front

    async def submit(self, visit: Visit) -> Reply:
        """Keep the choice and go back."""
        chosen = visit.form.text("language")
        if chosen not in messages.LANGUAGES:
            raise NotFound
        back = redirects.safe(visit.form.text("return") or "/", self.front.returns)
        return answers.see_other(back, [self.front.cookies.set(LANGUAGE, chosen, _YEAR)])
