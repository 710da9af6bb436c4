"""One address of the site, and the tree of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from authsrv.core.errors import NotAllowed, NotFound, WrongHost
from authsrv.core.peers import Trust
from authsrv.testing import HOST, Answer, Browser, MemoryHouse
from authsrv.web.page import Page, Refusal, closed, tree
from authsrv.web.visit import Visit
from authsrv.wire.limits import Limits
from authsrv.wire.reply import Reply
from authsrv.wire.site import WireSite

Handler = Callable[[Visit], Awaitable[Reply]]


class TreeTests(SynchronousTestCase):
    """A small site of its own."""

    def setUp(self) -> None:
        self.house = MemoryHouse()
        self.front = self.house.site.resource.front

    def says(self, text: str) -> Handler:
        """A handler that answers *text* and the variable."""

        async def handler(visit: Visit) -> Reply:
            return Reply(
                200, (("Content-Type", "text/plain"),), f"{text} {visit.variable}".encode()
            )

        return handler

    def site(self, routes: dict[str, Any]) -> Browser:
        """A browser before a site of *routes*."""
        browser = self.house.browser()
        site = WireSite(
            tree(self.front, routes),
            reactor=self.house.clock,
            limits=Limits(),
            trust=Trust(),
            hosts=frozenset({HOST}),
            refuse=lambda error: Refusal(self.front, error),
            access_log=lambda _request: None,
        )
        self.patch(self.house, "site", site)
        return browser

    def test_paths(self) -> None:
        """Each path leads to its own handler, whatever order they were written in."""
        browser = self.site(
            {
                path: {"GET": self.says(path)}
                for path in ("/a/b/c", "/", "/a/{id}", "/a", "/a/b", "/x/y/z")
            }
        )
        told = {"/": "/ ", "/a": "/a a", "/a/b": "/a/b b", "/a/b/c": "/a/b/c c",
                "/a/5": "/a/{id} 5", "/a/%ED%95%9C": "/a/{id} 한",
                "/x/y/z": "/x/y/z z"}  # fmt: skip
        for path, text in told.items():
            self.assertEqual(browser.get(path).text, text)

    def test_nothing_there(self) -> None:
        """There is nothing between, below and beside them."""
        browser = self.site({path: {"GET": self.says("x")} for path in ("/a/{id}", "/x/y/z")})
        for path in ("/", "/a", "/a/", "/a/5/6", "/a/5/", "/x", "/x/y", "/x/y/z/", "/b", "/A/5"):
            self.assertEqual(browser.get(path).status, 404, path)

    def test_head(self) -> None:
        """HEAD is answered wherever GET is, and only there."""
        browser = self.site({"/a": {"GET": self.says("x")}, "/b": {"POST": self.says("x")}})
        self.assertEqual(browser.ask("HEAD", "/a").status, 200)
        answer = browser.ask("HEAD", "/b")
        self.assertEqual((answer.status, answer.header("Allow")), (405, "POST"))

    def test_own_head(self) -> None:
        """A page may answer HEAD by itself."""

        async def head(_visit: Visit) -> Reply:
            return Reply(204)

        browser = self.site({"/a": {"GET": self.says("x"), "HEAD": head}})
        self.assertEqual(browser.ask("HEAD", "/a").status, 204)

    def test_resource(self) -> None:
        """A resource may stand in the table as it is, beside pages."""
        leaf: Resource = Refusal(self.front, NotAllowed())
        browser = self.site({"/s/a": leaf, "/s/b": {"GET": self.says("x")}})
        self.assertEqual([browser.get(p).status for p in ("/s/a", "/s/b", "/s")], [403, 200, 404])

    def test_error(self) -> None:
        """What a handler raises is answered in the site's dress."""

        async def handler(_visit: Visit) -> Reply:
            raise NotAllowed

        answer: Answer = self.site({"/a": {"GET": handler}}).get("/a")
        self.assertEqual((answer.status, answer.header("X-Frame-Options")), (403, "DENY"))

    def test_origin_before_session(self) -> None:
        """Where a request comes from is looked at before anything is read for it."""
        asked: list[Visit] = []

        async def handler(visit: Visit) -> Reply:
            asked.append(visit)
            return Reply(204)

        browser = self.site({"/a": {"POST": handler}})
        answer = browser.post("/a", {}, {"Sec-Fetch-Site": "cross-site"})
        self.assertEqual((answer.status, asked), (403, []))
        self.assertEqual(browser.post("/a").status, 204)

    def test_broken_out(self) -> None:
        """A header that would break out of its field is our fault, and is not sent."""

        async def handler(_visit: Visit) -> Reply:
            return Reply(200, (("Location", "/\r\nSet-Cookie: a=b"),))

        answer = self.site({"/a": {"GET": handler}}).get("/a")
        self.assertEqual((answer.status, answer.all("Set-Cookie")), (500, []))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class RefusalTests(SynchronousTestCase):
    """What stands where nothing is."""

    def test_closed(self) -> None:
        """It is not there, and neither is anything below it."""
        front = MemoryHouse().site.resource.front
        page = closed(front)
        self.assertTrue(page.isLeaf)
        self.assertIsInstance(page.error, NotFound)

    def test_page_without_handlers(self) -> None:
        """An address that only leads on is not there, rather than without methods."""
        house = MemoryHouse()
        self.assertIsInstance(house.site.resource, Page)
        answer = house.browser().ask("DELETE", "/api")
        self.assertEqual((answer.status, answer.header("Allow")), (404, None))

    def test_refused_by_the_wire(self) -> None:
        """What the wire refuses is a page too."""
        self.assertIsInstance(MemoryHouse().site.refuse(WrongHost()), Refusal)
        answer = MemoryHouse().browser().get("/", {"Host": "x.example"})
        self.assertIn("Wrong address", answer.text)
