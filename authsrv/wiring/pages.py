"""The pages over the house: what a Site is given as its root."""

from urllib.parse import urlsplit

from authsrv import site
from authsrv.core.cookies import CookiePolicy
from authsrv.core.redirects import ReturnPolicy
from authsrv.methods.password.pages import LoginPages, PasswordPages, SetupPages
from authsrv.pages.account import AccountPages, SessionPages
from authsrv.pages.api import SessionApi, SessionsApi
from authsrv.pages.assets import Asset
from authsrv.pages.language import LanguagePages
from authsrv.pages.logout import LogoutPages
from authsrv.pages.openapi import OpenApi
from authsrv.settings import Settings
from authsrv.web import html
from authsrv.web.front import Front
from authsrv.web.page import Page, tree
from authsrv.wiring.house import House


def front(settings: Settings, house: House) -> Front:
    """What every page needs."""
    origin = settings.public_url
    return Front(
        origin=origin,
        cookies=CookiePolicy(settings.cookie_domain, secure=origin.startswith("https:")),
        returns=ReturnPolicy(origin, settings.cookie_domain),
        html=html.Pages(
            site_name=urlsplit(origin).hostname or "authsrv",
            development=settings.development,
            style_path=html.stylesheet()[0],
        ),
        sessions=house.sessions,
    )


def root(settings: Settings, house: House, face: Front) -> Page:
    """The resource tree."""
    return tree(face, site.routes(rooms(settings, house, face)))


def rooms(settings: Settings, house: House, face: Front) -> site.Rooms:
    """Everything the URL table leads to."""
    least = settings.passwords.min_length
    return site.Rooms(
        account=AccountPages(face, house.login.check.is_external),
        sessions=SessionPages(face),
        login=LoginPages(face, house.login, house.setup),
        logout=LogoutPages(face),
        setup=SetupPages(face, house.setup, house.login, least),
        password=PasswordPages(face, house.password, least),
        language=LanguagePages(face),
        session_api=SessionApi(face, house.login),
        sessions_api=SessionsApi(face),
        openapi=OpenApi(face),
        assets=assets(face),
    )


def assets(face: Front) -> dict[str, Asset]:
    """The files there are, by path."""
    style, icon = html.stylesheet(), html.icon()
    return {
        style[0]: Asset(face, "text/css; charset=utf-8", style[1]),
        icon[0]: Asset(face, "image/svg+xml; charset=utf-8", icon[1]),
    }
