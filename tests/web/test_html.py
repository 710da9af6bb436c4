"""Pages are escaped, light, labelled, and the same in every language."""

import re
from importlib.resources import files
from xml.etree import ElementTree

from jinja2 import UndefinedError
from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import html
from authsrv.web.messages import LANGUAGES
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

HEAVIEST = 30_000
EVIL = """<script>alert("1")</script>'&"""


class EveryPageTests(SynchronousTestCase):
    """What holds on each page, in each state, in each language."""

    def test_all_templates(self) -> None:
        """No template is forgotten here."""
        folder = {file.name for file in (files("authsrv") / "templates").iterdir()}
        rendered = {name.split()[0] for name, _ in render_all()}
        self.assertEqual(folder - {"base.html", "parts.html"}, rendered)

    def test_well_formed(self) -> None:
        """Each page is closed as it was opened and has one heading, one main, no id twice."""
        for name, page in render_all():
            reader = Reader(page)
            self.assertEqual(reader.open, [], name)
            self.assertEqual(len(reader.every("h1")), 1, name)
            self.assertEqual(len(reader.every("main")), 1, name)
            ids = [a["id"] for _, a in reader.elements if "id" in a]
            self.assertEqual(len(ids), len(set(ids)), name)

    def test_escaped(self) -> None:
        """What somebody typed is text everywhere: no element, no attribute comes of it."""
        for (name, page), (_, plain) in zip(render_all(EVIL), render_all(), strict=True):
            reader = Reader(page)
            self.assertEqual(reader.every("script"), [], name)
            tags = [(tag, sorted(attributes)) for tag, attributes in reader.elements]
            expected = [(tag, sorted(a)) for tag, a in Reader(plain).elements]
            self.assertEqual(tags, expected, name)

    def test_no_script_no_style(self) -> None:
        """Nothing on a page needs what the Content-Security-Policy forbids."""
        for name, page in render_all():
            reader = Reader(page)
            self.assertEqual(reader.every("script", "style", "iframe", "object"), [], name)
            for _, attributes in reader.elements:
                for attribute in attributes:
                    self.assertFalse(attribute == "style" or attribute.startswith("on"), name)

    def test_plain_html(self) -> None:
        """A page is made of plain elements: nothing embedded, no plug-in, nothing retired."""
        known = {
            "html", "head", "meta", "title", "link", "body", "header", "main", "footer", "form",
            "input", "label", "button", "a", "div", "span", "p", "h1", "h2", "ul", "li", "dl", "dt",
            "dd", "time", "code", "svg", "path", "circle", "rect"}  # fmt: skip
        used = {tag for _, page in render_all() for tag, _ in Reader(page).elements}
        self.assertEqual(used - known, set())

    def test_own_origin(self) -> None:
        """Every address on a page is a path of ours."""
        for name, page in render_all():
            for _, attributes in Reader(page).elements:
                for key in {"href", "src", "action"} & set(attributes):
                    self.assertRegex(str(attributes[key]), r"^(/(?!/)|#)", name)

    def test_light(self) -> None:
        """A page with its style is under 30 kB."""
        style, icon = html.stylesheet()[1], html.icon()[1]
        for name, page in render_all():
            self.assertLess(len(page.encode()) + len(style) + len(icon), HEAVIEST, name)

    def test_labels(self) -> None:
        """Every field has a label, and every description it points to exists."""
        for name, page in render_all():
            reader = Reader(page)
            labelled = {label["for"] for label in reader.every("label") if "for" in label}
            ids = {a["id"] for _, a in reader.elements if "id" in a}
            for field in reader.every("input"):
                if field["type"] not in {"hidden", "checkbox"}:
                    has_label = field.get("id") in labelled or "aria-label" in field
                    self.assertTrue(has_label, (name, field))
                for target in (field.get("aria-describedby") or "").split():
                    self.assertIn(target, ids, name)

    def test_ticks_are_labelled(self) -> None:
        """A box to tick stands inside its label."""
        for name, page in render_all():
            boxes = page.count('type="checkbox"')
            self.assertEqual(
                len(re.findall(r'<label class="tick"><input type="c', page)), boxes, name
            )

    def test_passwords_are_not_kept(self) -> None:
        """No page sends a password back, and each says what sort of password it wants."""
        for name, page in render_all():
            for field in Reader(page).every("input"):
                if field["type"] == "password":
                    self.assertNotIn("value", field, name)
                    self.assertIn(field["autocomplete"], {"current-password", "new-password"})

    def test_passwords_are_hidden(self) -> None:
        """What is typed where a password belongs is not shown, by its type alone."""
        secret = {"password", "current", "new", "again"}
        seen = set()
        for name, page in render_all():
            for field in Reader(page).every("input"):
                self.assertEqual(field["type"] == "password", field["name"] in secret, name)
                seen.add(field["name"])
        self.assertLessEqual(secret, seen)

    def test_form_token(self) -> None:
        """Every form of a signed-in person posts its token; a stranger's have none."""
        for name, page in render_all():
            forms = page.count("<form")
            self.assertEqual(page.count('method="post"'), forms, name)
            tokens = page.count('name="form_token" value="FT"')
            self.assertEqual(tokens, forms if 'class="bar"' in page else 0, name)

    def test_one_focus(self) -> None:
        """At most one field asks for the focus; a wrong one is marked so and comes first."""
        for name, page in render_all():
            fields = Reader(page).every("input")
            focused = [field for field in fields if "autofocus" in field]
            self.assertLessEqual(len(focused), 1, name)
            wrong = [field for field in fields if "aria-invalid" in field]
            self.assertEqual(len(wrong), page.count('<p class="error"'), name)
            if wrong:
                self.assertEqual(focused, wrong[:1], name)

    def test_language(self) -> None:
        """A page says its language, offers the others, and leads back to where it was."""
        for name, page in render_all():
            reader = Reader(page)
            language = name.split()[1]
            self.assertEqual(reader.every("html")[0]["lang"], language)
            offered = {b["value"] for b in reader.every("button") if b.get("name") == "language"}
            self.assertEqual(offered, set(LANGUAGES) - {language})
            back = [f["value"] for f in reader.every("input") if f["name"] == "return"]
            self.assertIn("/here?ada", back)

    def test_title(self) -> None:
        """The browser's tab names the page, then the site."""
        for name, page in render_all():
            self.assertRegex(page, r"<title>[^<\n]+ · Site &amp; Co</title>", name)


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
