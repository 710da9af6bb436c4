"""The URL table: one line a path.  The table of contents of the server."""

from collections.abc import Mapping

from attrs import frozen
from twisted.web.resource import Resource

from authsrv.methods.password.pages import LoginPages, PasswordPages, SetupPages
from authsrv.pages.account import AccountPages, SessionPages
from authsrv.pages.api import SessionApi, SessionsApi
from authsrv.pages.assets import Asset
from authsrv.pages.language import LanguagePages
from authsrv.pages.logout import LogoutPages
from authsrv.pages.openapi import OpenApi
from authsrv.web.page import Handler


@frozen
class Rooms:
    """Everything a path can lead to."""

    account: AccountPages
    sessions: SessionPages
    login: LoginPages
    logout: LogoutPages
    setup: SetupPages
    password: PasswordPages
    language: LanguagePages
    session_api: SessionApi
    sessions_api: SessionsApi
    openapi: OpenApi
    assets: Mapping[str, Asset]


def routes(rooms: Rooms) -> dict[str, Mapping[str, Handler] | Resource]:
    """Which handler answers which method at which path.  HEAD is answered wherever GET is."""
    account, sessions, api = rooms.account, rooms.sessions, rooms.session_api
    return {
        "/": {"GET": account.home},
        "/setup": {"GET": rooms.setup.show, "POST": rooms.setup.submit},
        "/login": {"GET": rooms.login.show, "POST": rooms.login.submit},
        "/logout": {"GET": rooms.logout.ask, "POST": rooms.logout.submit},
        "/language": {"POST": rooms.language.submit},
        "/account": {"GET": account.show},
        "/account/password": {"GET": rooms.password.show, "POST": rooms.password.submit},
        "/account/sessions": {"GET": sessions.show},
        "/account/sessions/others": {"GET": sessions.ask_others, "POST": sessions.end_others},
        "/account/sessions/{id}": {"GET": sessions.ask_one, "POST": sessions.end_one},
        "/api/session": {"GET": api.show, "POST": api.create, "DELETE": api.delete},
        "/api/sessions": {
            "GET": rooms.sessions_api.show,
            "DELETE": rooms.sessions_api.delete_others,
        },
        "/api/sessions/{id}": {"DELETE": rooms.sessions_api.delete_one},
        "/api/openapi.json": {"GET": rooms.openapi.show},
        **rooms.assets,
    }
