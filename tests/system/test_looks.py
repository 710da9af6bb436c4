"""Every page, as people see it: small, large, dark, Korean, magnified, in forced colours."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Response, ViewportSize

from tests.system.browser import DESKTOP, PHONE, person
from tests.system.conftest import MakeServer
from tests.system.server import Server
from tests.system.walk import walk

# The phone, the smallest phone, and the desktop at 200 % (WCAG 2.2, 1.4.4 and 1.4.10).
NARROW: tuple[ViewportSize, ...] = (
    {"width": 360, "height": 740},
    {"width": 320, "height": 640},
    {"width": 640, "height": 400},
)
PAGES = 13
HEAVIEST = 30_000
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOOKS = [(locale, scheme) for locale in ("en", "ko") for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def setup_link(make_server: MakeServer) -> str:
    """A set-up link that nobody redeems."""
    return make_server(1, peopled=False).start().setup_link()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    chosen = os.environ.get("SCREENSHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Viewer:
    """Looks at pages: photographs them, measures them, asks axe-core about them."""

    def __init__(self, folder: Path, look: str) -> None:
        self.folder = folder
        self.look = look
        self.seen: list[str] = []
        self.languages: set[str | None] = set()
        self.faults: list[str] = []

    def __call__(self, page: Page, name: str) -> None:
        """Look at one page."""
        self.seen.append(name)
        self.languages.add(page.locator("html").get_attribute("lang"))
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
            page.screenshot(path=self.folder / f"{name}-{size}-{self.look}.png", full_page=True)
        self.faults += [f"{name}: {each}" for each in axe(page)]
        self.faults += [f"{name}: {each}" for each in too_wide(page)]


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong."""
    results: dict[str, Any] = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html']}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """The sizes at which the page must be scrolled sideways."""
    faults = []
    for size in NARROW:
        page.set_viewport_size(size)
        overflow = page.evaluate(OVERFLOW)
        if overflow > 0:
            faults.append(f"{overflow} px too wide at {size['width']}x{size['height']}")
    return faults


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_every_page(
    browser: Browser, server: Server, setup_link: str, pictures: Path, locale: str, scheme: Any
) -> None:
    """No page has what axe-core finds wrong, is wider than the window, or in another language."""
    viewer = Viewer(pictures, f"{scheme}-{locale}")
    with person(browser, server, locale=locale, color_scheme=scheme) as page:
        walk(page, server, setup_link, viewer)
    print(f"\n{len(viewer.seen)} pages, {locale}, {scheme}: {len(viewer.faults)} faults")
    assert viewer.faults == []
    assert len(viewer.seen) == PAGES
    assert viewer.languages == {locale}
    assert len(list(pictures.glob(f"*-{scheme}-{locale}.png"))) == 2 * PAGES


def test_forced_colours(browser: Browser, server: Server, setup_link: str) -> None:
    """With the reader's own colours, at 200 %, nothing is wider than the window."""
    faults: list[str] = []
    zoomed = {"viewport": NARROW[-1], "device_scale_factor": 2, "forced_colors": "active"}
    with person(browser, server, **zoomed) as page:
        walk(page, server, setup_link, lambda page, _: faults.extend(too_wide(page)))
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert faults == []


def test_weight(browser: Browser, server: Server, setup_link: str) -> None:
    """A page with its style weighs under 30 kB and asks no other host for anything."""
    pages: dict[str, int] = {}
    assets: dict[str, int] = {}
    hosts: set[str] = set()

    def weigh(response: Response) -> None:
        address = urlsplit(response.url)
        hosts.add(str(address.hostname))
        kept = pages if response.request.resource_type == "document" else assets
        kept[address.path] = int(response.headers.get("content-length", 0))

    with person(browser, server) as page:
        page.on("response", weigh)
        walk(page, server, setup_link, lambda page, _: page.wait_for_load_state())
    heaviest = max(pages, key=lambda path: pages[path])
    whole = pages[heaviest] + sum(assets.values())
    print(f"\nheaviest page: {heaviest}, {whole} bytes with its style and icon")
    assert whole < HEAVIEST
    assert any(path.endswith(".css") for path in assets)
    assert hosts == {"localhost"}
