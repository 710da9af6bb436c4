"""The style sheet and the icon."""

from authsrv.testing import MemoryHouse
from authsrv.web import html
from tests.pages.samples import SECURITY, FlakySessions, PageCase


class AssetTests(PageCase):
    """A fixed table of files."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=FlakySessions())

    def test_served(self) -> None:
        """Each is there with its type, kept for ever under its name, and in its dress."""
        for (path, body), kind in ((html.stylesheet(), "text/css"), (html.icon(), "image/svg+xml")):
            answer = self.stranger.get(path)
            self.assertEqual((answer.status, answer.body), (200, body))
            self.assertTrue((answer.header("Content-Type") or "").startswith(kind))
            self.assertEqual(answer.all("Cache-Control"), ["public, max-age=31536000, immutable"])
            for name, value in SECURITY.items():
                self.assertEqual(answer.header(name), value)

    def test_nobody_is_asked_for(self) -> None:
        """It is the same for everybody, and no cookie is looked at or set."""
        path, body = html.stylesheet()
        self.house.sessions.go_away()
        answer = self.browser.get(path)
        self.assertEqual((answer.body, answer.all("Set-Cookie")), (body, []))

    def test_head(self) -> None:
        """HEAD says how long it is."""
        path, body = html.stylesheet()
        answer = self.stranger.ask("HEAD", path)
        self.assertEqual(answer.header("Content-Length"), str(len(body)))

    def test_other_methods(self) -> None:
        """Nothing else can be done with it."""
        for method in ("POST", "PUT", "DELETE"):
            answer = self.stranger.ask(method, html.stylesheet()[0])
            self.assertEqual((answer.status, answer.header("Allow")), (405, "GET, HEAD"))

    def test_nothing_else(self) -> None:
        """There is nothing beside, below or above them."""
        path = html.stylesheet()[0]
        for other in ("/static", "/static/", path + "/", path + "/x", "/static/style.css",
                      "/static/%2e%2e/site.py", "/static/..%2fsite.py", path.upper()):  # fmt: skip
            self.assertIn(self.stranger.get(other).status, {400, 404}, other)
