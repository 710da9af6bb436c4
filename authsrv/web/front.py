"""The front of the house: what every page needs, and how every error is answered."""

from urllib.parse import quote

from attrs import frozen
from twisted.logger import Logger
from twisted.python.failure import Failure

from authsrv.core import cookies, language
from authsrv.core.cookies import CookiePolicy
from authsrv.core.errors import (
    AuthsrvError,
    CrossSite,
    HeadTooLarge,
    InvalidFields,
    Malformed,
    MethodNotAllowed,
    NotSignedIn,
    TooLarge,
    UnsupportedMedia,
)
from authsrv.core.redirects import ReturnPolicy
from authsrv.flows.login import Welcome
from authsrv.flows.sessions import Known, Sessions
from authsrv.web import answers, messages
from authsrv.web.headers import dress
from authsrv.web.html import Pages
from authsrv.web.visit import Visit, read_token, wants_html
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request

log = Logger()
LANGUAGE = "authsrv-language"
BROWSER = "authsrv-browser"
#: How long a browser is remembered as one that has signed in before, in seconds: what browsers
#: allow at most (RFC 6265bis, section 5.5).
BROWSER_LIFETIME = 400 * 24 * 3600
#: Errors whose text helps whoever wrote the program.  Not why a login was refused: that would
#: tell which names exist.
_TOLD = (CrossSite, HeadTooLarge, Malformed, MethodNotAllowed, TooLarge, UnsupportedMedia)


@frozen
class Front:
    """Turns requests into visits, and errors into answers in the site's dress."""

    origin: str
    cookies: CookiePolicy
    returns: ReturnPolicy
    html: Pages
    sessions: Sessions

    @property
    def https(self) -> bool:
        """Whether people reach us over TLS."""
        return self.origin.startswith("https:")

    def dress(self, reply: Reply) -> Reply:
        """*reply* with the header fields every answer carries."""
        return dress(reply, https=self.https)

    def session_cookie(self, known: Known) -> str:
        """The Set-Cookie that hands *known* their token; it stays only if they asked for it."""
        max_age = int(known.session.lifetime) if known.session.remember else None
        return cookies.session_cookie(self.cookies, known.token, max_age)

    def admit(self, visit: Visit, welcome: Welcome) -> tuple[str, str]:
        """The cookies of a sign-in: the session, and the mark of a known browser."""
        visit.request.account_id = welcome.known.account.id
        browser = self.cookies.set(BROWSER, welcome.browser.text, BROWSER_LIFETIME)
        return self.session_cookie(welcome.known), browser

    async def visit(self, request: Request) -> Visit:
        """Who is visiting.  Raises StoreUnavailable: a store that is away makes nobody a
        stranger."""
        token = read_token(request, self.cookies, cookies.SESSION)
        known = await self.sessions.recognise(token) if token is not None else None
        if known is not None:
            request.account_id = known.account.id
        return Visit(request, token, known, self.language)

    def language(self, request: Request) -> str:
        """The language this visitor reads: chosen here before, else the browser's."""
        sent = request.header_values("cookie")
        chosen = cookies.read(sent, self.cookies.name(LANGUAGE))
        accepted = ",".join(request.header_values("accept-language"))
        return language.negotiate(chosen, accepted, messages.LANGUAGES)

    def page(self, visit: Visit, template: str, status: int = 200, **values: object) -> Reply:
        """The page *template* for this visit."""
        body = self.html.render(
            template,
            language=visit.language,
            account=visit.known.account if visit.known else None,
            form_token=visit.form_token,
            here=target(visit.request) if visit.request.verb in {"GET", "HEAD"} else "/",
            now=self.sessions.clock(),
            **values,
        )
        return answers.html(body, status, (("Vary", "Cookie, Accept-Language"),))

    def explain(self, request: Request, error: Exception) -> Reply:
        """The answer to *error*: a page for a person, a problem for a program."""
        if not isinstance(error, AuthsrvError):
            log.failure("a page failed", Failure(error), request=request.id)
        elif answers.status_of(error) >= 500:
            log.warn("a page could not be answered", request=request.id, why=str(error))
        return self.dress(self._explained(request, error))

    def _explained(self, request: Request, error: Exception) -> Reply:
        if not wants_html(request) or request.text_path.startswith("/api/"):
            return self._problem(request, error)
        if isinstance(error, NotSignedIn):
            return answers.see_other(sign_in_address(request))
        return self._error_page(request, error)

    def _problem(self, request: Request, error: Exception) -> Reply:
        status = answers.status_of(error)
        title, detail = messages.explain(status)
        facts: dict[str, object] = {"detail": detail, "request_id": request.id}
        if isinstance(error, InvalidFields):
            facts["fields"] = error.fields
        elif isinstance(error, _TOLD):
            facts["detail"] = str(error)
        return answers.problem(status, title, facts, answers.headers_of(error))

    def _error_page(self, request: Request, error: Exception) -> Reply:
        status = answers.status_of(error)
        title, sentence = messages.explain(status)
        spoken = self.language(request)
        catalog = messages.catalog(spoken)
        said = catalog.text(sentence)
        if isinstance(error, CrossSite):
            said = catalog.sentence("form-expired")
        body = self.html.render(
            "error.html",
            language=spoken,
            status=status,
            title=catalog.text(title),
            sentence=said,
            request_id=request.id,
            retry_after=answers.retry_after(error),
        )
        return answers.html(body, status, answers.headers_of(error))


def target(request: Request) -> str:
    """The path and query that were asked for, as a link."""
    path = quote(request.text_path, safe="/")
    return f"{path}?{request.text_query}" if request.text_query else path


def sign_in_address(request: Request) -> str:
    """The sign-in page, which leads back to what was asked for, if that can be asked again."""
    if request.verb not in {"GET", "HEAD"}:
        return "/login"
    return "/login?return=" + quote(target(request), safe="/")
