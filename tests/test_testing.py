"""The house in memory and its browser, which other people's tests rely on."""

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from authsrv import testing
from authsrv.core.errors import InvalidFields
from authsrv.interfaces import IPasswordHasher
from authsrv.testing import PASSWORD, Answer, MemoryHouse, PlainHasher, parse_answer


class HouseTests(SynchronousTestCase):
    """A whole authsrv in memory."""

    def setUp(self) -> None:
        self.house = MemoryHouse()

    def test_as_documented(self) -> None:
        """What the module's docstring shows is so."""
        code = (testing.__doc__ or "").partition("::\n")[2]
        lines = [line.removeprefix("    ") for line in code.splitlines()]
        exec("\n".join(lines), {"MemoryHouse": MemoryHouse})

    def test_hasher(self) -> None:
        """Its hasher is what the flows need, and tells right from wrong."""
        hasher = PlainHasher()
        self.assertTrue(verifyObject(IPasswordHasher, hasher))
        hashed = self.house.run(hasher.hash("x"))
        asked = [(hashed, "x"), (hashed, "y"), (None, "x"), ("old:x", "x")]
        self.assertEqual(
            [self.house.run(hasher.verify(*each)) for each in asked], [True, False, False, True]
        )
        self.assertEqual([hasher.is_outdated(h) for h in (hashed, "old:x")], [False, True])

    def test_houses_are_apart(self) -> None:
        """Nobody of one house is known in another."""
        self.house.add_account("alice")
        self.assertEqual(MemoryHouse().browser().sign_in("alice").status, 401)

    def test_facts(self) -> None:
        """An account is added by the same rules as everywhere."""
        account = self.house.add_account("alice", PASSWORD, admin=True, groups=["ops"])
        self.assertEqual((account.admin, account.groups), (True, ("ops",)))
        self.assertRaises(InvalidFields, self.house.add_account, "bob", "short")

    def test_time(self) -> None:
        """Its time is what the test says."""
        self.house.add_account("alice")
        browser = self.house.browser()
        browser.sign_in("alice")
        self.house.now += 3600
        self.assertEqual(browser.get("/account").status, 303)

    def test_audited(self) -> None:
        """What was audited is counted."""
        self.house.add_account("alice")
        self.assertEqual(self.house.audited, [("account-added", "done")])


class BrowserTests(SynchronousTestCase):
    """Keeps cookies, follows nothing."""

    def setUp(self) -> None:
        self.house = MemoryHouse()
        self.house.add_account("alice")
        self.browser = self.house.browser("198.51.100.7")

    def test_cookies(self) -> None:
        """It keeps what it is given, sends it, and forgets what is taken away."""
        self.browser.sign_in("alice")
        self.assertEqual(set(self.browser.cookies), {"__Host-authsrv", "__Host-authsrv-browser"})
        self.assertEqual(self.browser.get("/account").status, 200)
        self.browser.ask("DELETE", "/api/session")
        self.assertEqual(set(self.browser.cookies), {"__Host-authsrv-browser"})

    def test_address(self) -> None:
        """It comes from the address it was given."""
        self.browser.sign_in("alice")
        self.assertIn("198.51.100.7", self.browser.get("/account/sessions").text)

    def test_follows_nothing(self) -> None:
        """A redirect is an answer like any other."""
        answer = self.browser.get("/")
        self.assertEqual((answer.status, answer.header("location")), (303, "/login"))


class ParseTests(SynchronousTestCase):
    """What a server writes."""

    WRITTEN = b"HTTP/1.1 200 OK\r\nA: 1\r\na:2\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404"

    def test_parsed(self) -> None:
        """Status, fields in order, and as much body as was announced."""
        answer = parse_answer(self.WRITTEN)
        self.assertEqual((answer.status, answer.text, answer.all("A")), (200, "ok", ["1", "2"]))
        self.assertEqual((answer.header("a"), answer.header("b")), ("1", None))

    def test_head(self) -> None:
        """An answer to HEAD has no body, whatever it announces."""
        self.assertEqual(parse_answer(self.WRITTEN, "HEAD").body, b"")

    def test_without_length(self) -> None:
        """An answer that announces none has none."""
        self.assertEqual(parse_answer(b"HTTP/1.1 204 X\r\n\r\n"), Answer(204, (), b""))

    def test_nothing(self) -> None:
        """Nothing is no answer."""
        for written in (b"", b"HTTP/1.1 200 OK\r\n"):
            self.assertRaises(ValueError, parse_answer, written)
