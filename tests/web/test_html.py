"""What single pages say, and what is served beside them."""

from xml.etree import ElementTree

from jinja2 import UndefinedError
from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import html
from tests.web.samples import (
    NOW,
    PAGES,
    Reader,
    account,
    render_all,
    session,
    signed_in,
    signed_out,
)


class PageTests(SynchronousTestCase):
    """What single pages promise."""

    def page(self, name: str, state: int = 0, language: str = "en", pages: int = 0) -> str:
        """One page in one of its states; a signed-in person's if *pages* is 1."""
        states = (signed_out("ada"), signed_in("ada"))[pages][name][state]
        who = account("ada") if pages else None
        return PAGES.render(
            name, language=language, account=who, form_token="FT", **states
        ).decode()

    def test_missing_value(self) -> None:
        """A value that was forgotten is an error, not an empty place."""
        self.assertRaises(UndefinedError, PAGES.render, "login.html", language="en")

    def test_unknown_language(self) -> None:
        """Only the languages we speak can be asked for."""
        self.assertRaises(KeyError, PAGES.render, "logout.html", language="../etc")

    def test_development(self) -> None:
        """In development every page says so; otherwise none does."""
        pages = html.Pages("x", True, "/s.css")
        for name, states in (*signed_out("a").items(), *signed_in("a").items()):
            page = pages.render(name, language="en", account=account("a"), **states[0]).decode()
            self.assertIn('class="development"', page, name)
        self.assertNotIn('class="development"', self.page("login.html"))

    def test_destination(self) -> None:
        """A login on behalf of another host names it; one of our own pages it does not."""
        self.assertNotIn("You will continue", self.page("login.html"))
        self.assertIn("You will continue to a.b.", self.page("login.html", 5))

    def test_login_problem(self) -> None:
        """A refused login is announced, described at the field in focus, and named in the tab."""
        page = self.page("login.html", 5)
        self.assertIn('role="alert"', page)
        self.assertIn("<title>Error: Sign in ·", page)
        field = next(f for f in Reader(page).every("input") if "autofocus" in f)
        self.assertEqual((field["name"], field["aria-describedby"]), ("password", "problem"))

    def test_login_without_password(self) -> None:
        """Where passwords are not a way to sign in, no password is asked for."""
        values = signed_out("ada")["login.html"][0] | {"methods": []}
        page = PAGES.render("login.html", language="en", **values).decode()
        self.assertNotIn('type="password"', page)

    def test_remember(self) -> None:
        """The box says for how long, and stays as it was."""
        self.assertIn("30일 동안", self.page("login.html", language="ko"))
        self.assertNotIn(" checked", self.page("login.html"))
        self.assertIn(" checked", self.page("login.html", 5))

    def test_summary_links(self) -> None:
        """Each mistake is linked from the top of the form to its field."""
        reader = Reader(self.page("password.html", 1, pages=1))
        links = [a["href"] for a in reader.every("a") if str(a["href"]).startswith("#")]
        self.assertEqual(links, ["#main", "#current", "#again"])

    def test_times(self) -> None:
        """Times are for machines, for a glance, and exact."""
        page = self.page("sessions.html", pages=1)
        self.assertIn(
            '<time datetime="2026-09-21T14:11:20Z" title="September 21, 2026, 14:11 UTC">'
            "2 minutes ago</time>",
            page,
        )
        korean = self.page("sessions.html", language="ko", pages=1)
        self.assertIn('title="2026년 9월 21일 14:11 UTC">2분 전</time>', korean)

    def test_just_now(self) -> None:
        """What has just happened is not counted in seconds."""
        values = signed_in("ada")["sessions.html"][0] | {"now": NOW - 120}
        page = PAGES.render("sessions.html", language="ko", account=account("a"), **values).decode()
        self.assertIn(">방금</time>", page)

    def test_this_device(self) -> None:
        """One's own device is marked and signed out as usual, others by their id."""
        page = self.page("sessions.html", pages=1)
        self.assertEqual(page.count("This device"), 1)
        self.assertIn('href="/logout"', page)
        self.assertIn('href="/account/sessions/s2%20ada"', page)

    def test_sign_out_others(self) -> None:
        """Signing out everywhere else is offered only if there is anywhere else."""
        others = 'href="/account/sessions/others"'
        self.assertIn(others, self.page("sessions.html", 0, pages=1))
        self.assertNotIn(others, self.page("sessions.html", 1, pages=1))
        self.assertIn("not signed in anywhere else", self.page("sessions.html", 1, pages=1))
        self.assertIn("are listed here", self.page("sessions.html", 2, pages=1))

    def test_external_passwords(self) -> None:
        """A password that is kept elsewhere cannot be changed here, and the page says so."""
        change = 'href="/account/password"'
        self.assertIn(change, self.page("account.html", 0, pages=1))
        self.assertNotIn(change, self.page("account.html", 1, pages=1))

    def test_password_manager(self) -> None:
        """A password manager learns whose password is changed."""
        fields = Reader(self.page("password.html", pages=1)).every("input")
        known = [f["value"] for f in fields if f.get("autocomplete") == "username"]
        self.assertEqual(known, ["ada"])

    def test_error(self) -> None:
        """An error says when to try again, and its status small, below."""
        page = self.page("error.html", 2)
        self.assertIn("Try again in 5 seconds.", page)
        self.assertLess(page.index("<h1>"), page.index("Error 503"))


class FilterTests(SynchronousTestCase):
    """Names of devices in both languages."""

    def test_device(self) -> None:
        """A device is named in the order each language has; an unknown one is called so."""
        agent = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
        values = signed_in("ada")["sessions.html"][0] | {"sessions": [session("x", agent)]}
        for language, name in (("en", "Firefox on Linux"), ("ko", "Linux의 Firefox")):
            page = PAGES.render("sessions.html", language=language, account=account("a"), **values)
            self.assertIn(name, page.decode())


class StaticTests(SynchronousTestCase):
    """What is served beside the pages."""

    def test_paths(self) -> None:
        """A path changes with its content, so it can be kept for ever."""
        self.assertRegex(html.stylesheet()[0], r"^/static/style\.[0-9a-f]{16}\.css$")
        self.assertRegex(html.icon()[0], r"^/static/icon\.[0-9a-f]{16}\.svg$")

    def test_linked(self) -> None:
        """Every page links the style sheet and the icon under these paths."""
        for name, page in render_all():
            self.assertIn(f'href="{html.stylesheet()[0]}"', page, name)
            self.assertIn(f'href="{html.icon()[0]}"', page, name)

    def test_self_contained(self) -> None:
        """The style sheet loads nothing; the icon is a well-formed picture without a script."""
        self.assertNotRegex(html.stylesheet()[1].decode(), r"url\(|@import|http")
        root = ElementTree.fromstring(html.icon()[1])
        self.assertEqual({child.tag.split("}")[1] for child in root}, {"rect", "path", "circle"})
