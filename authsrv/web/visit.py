"""Who is visiting, and how they would like to be spoken to."""

from collections.abc import Callable
from functools import cached_property

from attrs import define

from authsrv.core import cookies, csrf, tokens
from authsrv.core.cookies import CookiePolicy
from authsrv.core.errors import Malformed, NotSignedIn
from authsrv.core.sessions import Device
from authsrv.core.tokens import Token
from authsrv.flows.sessions import Known
from authsrv.web import forms
from authsrv.web.forms import Form
from authsrv.wire.request import Request

LONGEST_USER_AGENT = 256


@define(slots=False)
class Visit:
    """One request as a page sees it."""

    request: Request
    token: Token | None
    known: Known | None
    _language: Callable[[Request], str]

    @property
    def who(self) -> Known:
        """Whoever is signed in.  Raises NotSignedIn."""
        if self.known is None:
            raise NotSignedIn
        return self.known

    @cached_property
    def language(self) -> str:
        """The language that is read here: a program's visit never asks."""
        return self._language(self.request)

    @cached_property
    def form(self) -> Form:
        """The form that was sent.  Raises UnsupportedMedia or Malformed."""
        return forms.parse(self.request.header("content-type"), self.request.body)

    @cached_property
    def query(self) -> dict[str, str]:
        """The fields of the query.  Raises Malformed."""
        return forms.parse_pairs(self.request.text_query)

    @property
    def variable(self) -> str:
        """The last name in the path: what stands for a ``{variable}`` of the URL table."""
        return self.request.text_path.rpartition("/")[2]

    @property
    def form_token(self) -> str:
        """What the forms of this page carry; empty for a stranger."""
        return csrf.form_token(self.known.token) if self.known else ""

    def signed_form(self) -> Form:
        """The form of a signed-in person, with its token checked.  Raises CrossSite too."""
        csrf.check_form(self.who.token, self.form.secret("form_token"))
        return self.form

    @property
    def device(self) -> Device:
        """Where the request comes from, for its owner to recognise."""
        return Device(self.request.client, user_agent(self.request))


def user_agent(request: Request) -> str:
    """What the browser calls itself, printable and bounded; never believed."""
    text = " ".join(request.header_values("user-agent"))[:LONGEST_USER_AGENT]
    return "".join(c for c in text if c.isprintable())


def read_token(request: Request, policy: CookiePolicy, base: str) -> Token | None:
    """The token in the cookie *base*, or None: absent, doubled, or not one of ours."""
    notes = request.head.section.notes
    if base not in notes:
        value = cookies.read(request.header_values("cookie"), policy.name(base))
        notes[base] = tokens.parse(value) if value is not None else None
    token: Token | None = notes[base]
    return token


def wants_html(request: Request) -> bool:
    """Whether a person is to read the answer: a navigation, else whoever accepts HTML."""
    try:
        mode = request.header("sec-fetch-mode")
    except Malformed:
        return False
    if mode is not None:
        return mode == "navigate"
    return "text/html" in ",".join(request.header_values("accept")).lower()
