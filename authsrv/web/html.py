"""Pages out of templates.  Everything a person typed is escaped; nothing needs a script."""

from collections.abc import Callable, MutableMapping
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from types import CodeType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jinja2 import BaseLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from authsrv.core.accounts import Account
from authsrv.web import dates, devices, messages
from authsrv.web.messages import N_, Catalog

_TIME = Markup('<time datetime="{}">{}</time>')
_TIME_AGO = Markup('<time datetime="{}" title="{}">{}</time>')


class Pages:
    """The pages of one site: *style_path* is where its :func:`stylesheet` is served."""

    def __init__(self, site_name: str, development: bool, style_path: str) -> None:
        values = {
            "site_name": site_name,
            "development": development,
            "style_path": style_path,
            "icon_path": icon()[0],
            "languages": messages.NAMES,
        }
        self._environments = {
            language: _environment(messages.catalog(language), values)
            for language in messages.LANGUAGES
        }

    def render(
        self,
        template: str,
        *,
        language: str,
        account: Account | None = None,
        form_token: str = "",
        here: str = "/",
        **values: object,
    ) -> bytes:
        """The page *template* in one of ``messages.LANGUAGES``, for *account* if signed in.

        *form_token* is what the forms of a signed-in person carry; *here* is where choosing
        another language leads back to.  A value the template wants and is not given is an error.
        """
        page = self._environments[language].get_template(template)
        text = page.render(account=account, form_token=form_token, here=here, **values)
        return text.encode("utf-8")


def _environment(catalog: Catalog, values: dict[str, object]) -> Environment:
    """The templates in one language.

    One environment each: a macro sees its environment, but not the page that calls it.  All is
    read and compiled here, so that an upgrade of the files cannot mix two releases in one page.
    """
    environment = Environment(
        loader=_Shared(),
        # What the optimizer folds would be the first language's.
        optimized=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(values, language=catalog.language, _=catalog.text)
    environment.globals["sentence"] = catalog.sentence
    environment.filters.update(_filters(catalog))
    for name in _templates():
        environment.get_template(name)
    return environment


class _Shared(BaseLoader):
    """The templates, compiled once for all languages: that is most of what a start costs here."""

    _compiled: ClassVar[dict[str, CodeType]] = {}

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's name for it
    ) -> Template:
        """The template *name* of *environment*."""
        if name not in self._compiled:
            self._compiled[name] = environment.compile(_templates()[name], name)
        return environment.template_class.from_code(
            environment, self._compiled[name], globals if globals is not None else {}
        )


@cache
def _templates() -> dict[str, str]:
    folder = files("authsrv") / "templates"
    return {
        file.name: file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".html")
    }


def _filters(catalog: Catalog) -> dict[str, Callable[..., str]]:
    return {
        "ago": partial(_ago, catalog),
        "when": partial(_when, catalog),
        "duration": partial(dates.duration, language=catalog.language),
        "device": partial(_device, catalog),
        "device_kind": lambda user_agent: devices.describe(user_agent).kind.value,
        "destination": _destination,
    }


def _ago(catalog: Catalog, at: float, now: float) -> Markup:
    """Roughly how long ago *at* was at *now*, with the exact time in the title."""
    told = dates.ago(at, now, catalog.language) or catalog.text(N_("just now"))
    return _TIME_AGO.format(dates.iso(at), dates.exact(at, catalog.language), told)


def _when(catalog: Catalog, at: float) -> Markup:
    return _TIME.format(dates.iso(at), dates.exact(at, catalog.language))


def _device(catalog: Catalog, user_agent: str) -> str:
    """A name for the browser that calls itself *user_agent*: ``Firefox on Linux``."""
    found = devices.describe(user_agent)
    if found.browser and found.system:
        both = N_("%(browser)s on %(system)s")
        return catalog.text(both, browser=found.browser, system=found.system)
    return found.browser or found.system or catalog.text(N_("Unknown browser"))


def _destination(address: str) -> str:
    """The host that *address* leads to, or nothing for a path of our own."""
    return urlsplit(address).hostname or ""


@cache
def stylesheet() -> tuple[str, bytes]:
    """The path of the style sheet, which changes with its content, and the content."""
    return _static("style", "css")


@cache
def icon() -> tuple[str, bytes]:
    """The path and the content of the site's icon, an SVG."""
    return _static("icon", "svg")


def _static(name: str, kind: str) -> tuple[str, bytes]:
    body = (files("authsrv") / "static" / f"{name}.{kind}").read_bytes()
    return f"/static/{name}.{sha256(body).hexdigest()[:16]}.{kind}", body
