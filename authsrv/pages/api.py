"""``/api``: the same house for programs, in JSON."""

from datetime import UTC, datetime

from attrs import field, frozen
from pydantic import BaseModel, ConfigDict, Field

from authsrv.core import cookies
from authsrv.core.accounts import Account
from authsrv.core.errors import Malformed, NotFound
from authsrv.core.sessions import Session
from authsrv.flows.login import Attempt, Login
from authsrv.flows.sessions import Known
from authsrv.web import answers, api
from authsrv.web.front import BROWSER, Front
from authsrv.web.visit import Visit, read_token
from authsrv.wire.reply import Reply

#: Answers to "who am I" that are kept.
MOST_SHOWN = 1000
_NOBODY = (None, None, b"")


class Credentials(BaseModel):
    """What ``POST /api/session`` takes."""

    # Strict: "yes" and 1 are not true.
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=256)
    password: str = Field(max_length=1024, repr=False)
    remember: bool = False


class AccountView(BaseModel):
    """An account as its owner sees it."""

    id: str
    name: str
    display_name: str
    email: str
    groups: list[str]
    admin: bool


class SessionView(BaseModel):
    """A session as its owner sees it; *id* is no secret."""

    id: str
    current: bool
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    remember: bool
    address: str
    user_agent: str


class SignedIn(BaseModel):
    """Who is signed in, and on which session."""

    account: AccountView
    session: SessionView


class SessionList(BaseModel):
    """Where an account is signed in, latest used first."""

    sessions: list[SessionView]


class Revoked(BaseModel):
    """How many sessions were ended."""

    revoked: int


def view_session(session: Session, current_id: str) -> SessionView:
    """*session* for its owner, who uses the one called *current_id*."""
    return SessionView(
        id=session.id,
        current=session.id == current_id,
        created_at=_moment(session.created_at),
        last_seen=_moment(session.last_seen),
        expires_at=_moment(session.expires_at),
        remember=session.remember,
        address=session.device.address,
        user_agent=session.device.user_agent,
    )


def view(known: Known) -> SignedIn:
    """*known* for its owner."""
    account = known.account
    return SignedIn(
        account=AccountView(
            id=account.id,
            name=account.name,
            display_name=account.display_name,
            email=account.email,
            groups=list(account.groups),
            admin=account.admin,
        ),
        session=view_session(known.session, known.session.id),
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0)


def _answer(value: BaseModel, status: int = 200, headers: answers.Headers = ()) -> Reply:
    return answers.json_text(value.model_dump_json().encode(), status, headers)


@frozen
class SessionApi:
    """``/api/session``: sign in, who am I, sign out."""

    front: Front
    login: Login
    _shown: dict[str, tuple[Session | None, Account | None, bytes]] = field(
        factory=dict, init=False
    )

    async def create(self, visit: Visit) -> Reply:
        """Sign in: 201 and the cookie."""
        body = api.read(visit.request, Credentials)
        attempt = Attempt(
            name=body.name,
            password=body.password,
            device=visit.device,
            remember=body.remember,
            browser=read_token(visit.request, self.front.cookies, BROWSER),
            previous=visit.token,
        )
        welcome = await self.login.try_password(attempt)
        given = self.front.admit(visit, welcome)
        return _answer(view(welcome.known), 201, answers.with_cookies(given))

    async def show(self, visit: Visit) -> Reply:
        """Who am I: 200, or 401."""
        known = visit.who
        session, account, body = self._shown.get(known.session.id, _NOBODY)
        if session is not known.session or account is not known.account:
            # Said again as long as neither is another: both are values, and copies of them live.
            body = view(known).model_dump_json().encode()
            if len(self._shown) >= MOST_SHOWN:
                self._shown.clear()
            self._shown[known.session.id] = (known.session, known.account, body)
        return answers.json_text(body)

    async def delete(self, visit: Visit) -> Reply:
        """Sign out: 204; without a session 401."""
        await self.front.sessions.end(visit.who, visit.request.client)
        gone = cookies.clear_session(self.front.cookies)
        return answers.no_content(answers.with_cookies([gone]))


@frozen
class SessionsApi:
    """``/api/sessions``: where I am signed in."""

    front: Front

    async def show(self, visit: Visit) -> Reply:
        """The list, latest used first."""
        found = await self.front.sessions.listed(visit.who.account)
        current = visit.who.session.id
        return _answer(SessionList(sessions=[view_session(each, current) for each in found]))

    async def delete_others(self, visit: Visit) -> Reply:
        """Ends all but this one; the query says ``others``, so that nobody does it by a slip."""
        known = visit.who
        if "others" not in visit.query:
            raise Malformed("say ?others to end all other sessions")
        return _answer(
            Revoked(revoked=await self.front.sessions.end_others(known, visit.request.client))
        )

    async def delete_one(self, visit: Visit) -> Reply:
        """Ends one of mine: 204, or 404."""
        if not await self.front.sessions.end_one(visit.who, visit.variable, visit.request.client):
            raise NotFound
        return answers.no_content()
