"""Signing in and changing one's password, as pages."""

from urllib.parse import urlsplit

from attrs import frozen

from authsrv.core import redirects, tokens
from authsrv.core.errors import BadCredentials, InvalidFields, NotFound, Refused, Throttled
from authsrv.core.tokens import Token
from authsrv.flows.login import Attempt, Login
from authsrv.flows.password import PasswordChange
from authsrv.flows.setup import Setup
from authsrv.web import answers, messages
from authsrv.web.front import BROWSER, Front
from authsrv.web.headers import content_security_policy
from authsrv.web.visit import Visit, read_token
from authsrv.wire.reply import Reply

NOTICES = frozenset({"signed-out", "session-ended", "password-changed"})


def origin_of(address: str) -> str:
    """The origin of an absolute *address*; nothing for a path of our own."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@frozen
class LoginPages:
    """``/login``."""

    front: Front
    login: Login
    setup: Setup

    async def show(self, visit: Visit) -> Reply:
        """The form, or straight on for somebody who is signed in."""
        return_to = redirects.safe(visit.query.get("return"), self.front.returns)
        if visit.known is not None:
            return answers.see_other(return_to)
        notice = visit.query.get("notice")
        if not self.login.check.is_external and await self.setup.is_needed():
            notice = "setup-needed"
        elif notice not in NOTICES:
            notice = None
        return self._form(visit, return_to=return_to, notice=notice)

    async def submit(self, visit: Visit) -> Reply:
        """Sign in and go on, or the form again with one sentence."""
        form = visit.form
        return_to = redirects.safe(form.text("return"), self.front.returns)
        attempt = Attempt(
            name=form.text("name"),
            password=form.secret("password"),
            device=visit.device,
            remember=form.ticked("remember"),
            browser=read_token(visit.request, self.front.cookies, BROWSER),
            previous=visit.token,
        )
        try:
            welcome = await self.login.try_password(attempt)
        except (BadCredentials, Throttled) as refusal:
            return self._refused(visit, attempt, return_to, refusal)
        return answers.see_other(return_to, self.front.admit(visit, welcome))

    def _refused(self, visit: Visit, attempt: Attempt, return_to: str, refusal: Refused) -> Reply:
        catalog = messages.catalog(visit.language)
        problem = catalog.sentence("credentials")
        if isinstance(refusal, Throttled):
            problem = catalog.sentence("throttled", seconds=refusal.retry_after)
        reply = self._form(
            visit,
            status=answers.status_of(refusal),
            return_to=return_to,
            name=attempt.name,
            remember=attempt.remember,
            problem=problem,
        )
        return answers.also(reply, answers.headers_of(refusal))

    def _form(
        self,
        visit: Visit,
        *,
        return_to: str,
        status: int = 200,
        name: str = "",
        remember: bool = False,
        notice: str | None = None,
        problem: str | None = None,
    ) -> Reply:
        reply = self.front.page(
            visit,
            "login.html",
            status,
            return_to=return_to,
            name=name[:256],
            remember=remember,
            days=self.login.sessions.lifetimes.remember / 86400,
            methods=["password"],
            notice=notice,
            errors={},
            problem=problem,
        )
        policy = content_security_policy(origin_of(return_to))
        return answers.also(reply, (("Content-Security-Policy", policy),))


@frozen
class SetupPages:
    """``/setup``: the first administrator, by a link that is good once."""

    front: Front
    setup: Setup
    login: Login
    min_length: int

    async def show(self, visit: Visit) -> Reply:
        """The form, for whoever holds the link."""
        return self._form(visit, await self._good(visit.query.get("token", "")))

    async def submit(self, visit: Visit) -> Reply:
        """Make the account and sign it in."""
        form = visit.form
        token = await self._good(form.text("token"))
        password = form.secret("password")
        try:
            if password != form.secret("again"):
                raise InvalidFields({"again": "passwords-differ"})
            account = await self.setup.redeem(
                token,
                form.text("name"),
                password,
                display_name=form.text("display_name"),
                email=form.text("email"),
                address=visit.request.client,
            )
        except InvalidFields as mistakes:
            return self._form(visit, token, mistakes)
        welcome = await self.login.welcome(account, Attempt("", "", visit.device))
        return answers.see_other(redirects.DEFAULT, self.front.admit(visit, welcome))

    async def _good(self, text: str) -> Token:
        """The token of a link that is good.  Raises NotFound before anything else is looked at."""
        token = tokens.parse(text)
        if token is None or not await self.setup.is_open(token):
            raise NotFound
        return token

    def _form(self, visit: Visit, token: Token, mistakes: InvalidFields | None = None) -> Reply:
        form = visit.form if mistakes else None
        return self.front.page(
            visit,
            "setup.html",
            answers.status_of(mistakes) if mistakes else 200,
            token=token.text,
            name=form.text("name") if form else "",
            display_name=form.text("display_name") if form else "",
            email=form.text("email") if form else "",
            min_length=self.min_length,
            errors=sentences(visit, mistakes, self.min_length),
        )


@frozen
class PasswordPages:
    """``/account/password``."""

    front: Front
    change: PasswordChange
    min_length: int

    async def show(self, visit: Visit) -> Reply:
        """The form."""
        self._check_ours(visit)
        return self._form(visit)

    async def submit(self, visit: Visit) -> Reply:
        """Change it: this browser goes on with a new token, all others are signed out."""
        self._check_ours(visit)
        form = visit.signed_form()
        try:
            if form.secret("new") != form.secret("again"):
                raise InvalidFields({"again": "passwords-differ"})
            known = await self.change.change(
                visit.who,
                form.secret("current"),
                form.secret("new"),
                visit.request.client,
            )
        except InvalidFields as mistakes:
            return self._form(visit, mistakes)
        given = [self.front.session_cookie(known)]
        return answers.see_other("/account?notice=password-changed", given)

    def _check_ours(self, visit: Visit) -> None:
        """A stranger is asked to sign in first; where passwords are kept elsewhere is no page."""
        _ = visit.who
        if self.change.check.is_external:
            raise NotFound

    def _form(self, visit: Visit, mistakes: InvalidFields | None = None) -> Reply:
        return self.front.page(
            visit,
            "password.html",
            answers.status_of(mistakes) if mistakes else 200,
            name=visit.who.account.name,
            min_length=self.min_length,
            errors=sentences(visit, mistakes, self.min_length),
        )


def sentences(visit: Visit, mistakes: InvalidFields | None, min_length: int) -> dict[str, str]:
    """The sentence for each mistaken field, in the visitor's language."""
    catalog = messages.catalog(visit.language)
    fields = mistakes.fields if mistakes else {}
    return {name: catalog.sentence(why, min=min_length) for name, why in fields.items()}
