"""What holds on every page, in every state, in every language."""

import re
from importlib.resources import files

from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import html
from authsrv.web.messages import LANGUAGES
from tests.web.samples import Reader, render_all

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
