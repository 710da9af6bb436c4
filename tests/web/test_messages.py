"""What is said to people is said in every language, and means the same."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import messages
from authsrv.web.messages import catalog

SOURCE = Path(str(files("authsrv")))
OTHERS = [language for language in messages.LANGUAGES if language != "en"]
#: The identifiers that the rules and the pages speak in, with the values each wants.
IDENTIFIERS: dict[str, dict[str, object]] = {
    "name-empty": {},
    "name-too-long": {},
    "name-characters": {},
    "name-mixed-scripts": {},
    "name-taken": {},
    "password-short": {"min": 15},
    "password-long": {},
    "password-common": {},
    "password-name": {},
    "password-same": {},
    "passwords-differ": {},
    "field-required": {},
    "credentials": {},
    "throttled": {"seconds": 800.5},
    "form-expired": {},
    "wrong-current-password": {},
    "signed-out": {},
    "session-ended": {},
    "password-changed": {},
    "device-signed-out": {},
    "devices-signed-out": {},
    "setup-needed": {},
}
STATUSES = (400, 401, 403, 404, 405, 408, 413, 415, 421, 422, 429, 431, 500, 503)


@cache
def used() -> frozenset[str]:
    """Every message in the templates and in the Python source."""
    found = extract_from_dir(
        SOURCE,
        [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")],
        options_map={"templates/**.html": {"silent": "false", "trim_blocks": "true"}},
    )
    return frozenset(str(message) for _, _, message, _, _ in found)


@cache
def po(language: str) -> PoCatalog:
    """The catalogue as it is written, with what is fuzzy or empty."""
    with (SOURCE / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def placeholders(text: str) -> list[str]:
    """The placeholders of *text*, sorted."""
    return sorted(re.findall(r"%\(\w+\)s", text))


class CatalogueFileTests(SynchronousTestCase):
    """locale/*.po against the source."""

    def test_complete(self) -> None:
        """Every message of templates and code is in every catalogue, and nothing else is."""
        self.assertGreater(len(used()), 80)
        for language in OTHERS:
            written = {str(entry.id) for entry in po(language) if entry.id}
            self.assertEqual(written ^ used(), set(), language)

    def test_translated(self) -> None:
        """No entry is empty, fuzzy, obsolete, or left in English."""
        for language in OTHERS:
            self.assertFalse(po(language).obsolete)
            for entry in po(language):
                if entry.id and entry.id != "%(browser)s on %(system)s":
                    self.assertFalse(entry.fuzzy, entry.id)
                    self.assertTrue(str(entry.string).strip(), entry.id)
                    self.assertNotEqual(entry.string, entry.id)

    def test_placeholders(self) -> None:
        """A message and its translation have the same placeholders."""
        for language in OTHERS:
            for entry in po(language):
                if entry.id:
                    self.assertEqual(
                        placeholders(str(entry.id)), placeholders(str(entry.string)), entry.id
                    )

    def test_calm(self) -> None:
        """Nothing is shouted: no exclamation mark in any language."""
        for message in used():
            for language in messages.LANGUAGES:
                self.assertNotIn("!", catalog(language).translated.get(message, message))

    def test_korean_style(self) -> None:
        """Korean sentences end politely, one way throughout."""
        for entry in po("ko"):
            for end in re.findall(r"(\w\w)\.(?: |$)", str(entry.string) if entry.id else ""):
                self.assertIn(end, {"니다", "세요"}, entry.string)


class CatalogTests(SynchronousTestCase):
    """What a catalogue answers."""

    def test_english_is_itself(self) -> None:
        """English is the source text."""
        self.assertEqual(catalog("en").text("Sign in"), "Sign in")

    def test_korean(self) -> None:
        """Korean comes from its catalogue."""
        self.assertEqual(catalog("ko").text("Sign in"), "로그인")

    def test_unknown_message(self) -> None:
        """What is not translated is said in English rather than not at all."""
        self.assertEqual(catalog("ko").text("100 % new %(x)s", x="<b>"), "100 % new <b>")

    def test_unknown_language(self) -> None:
        """A language that is not ours, or a path, is an error and no file."""
        for language in ("de", "../ko", ""):
            self.assertRaises(KeyError, catalog, language)

    def test_read_once(self) -> None:
        """The file is read once, not at each page."""
        self.assertIs(catalog("ko"), catalog("ko"))

    def test_value_is_not_read_again(self) -> None:
        """A placeholder that somebody typed stays text, and reveals no other value."""
        told = catalog("en").text("%(a)s", a="%(b)s {b} %s", b="secret")
        self.assertEqual(told, "%(b)s {b} %s")

    def test_missing_value(self) -> None:
        """A value that is forgotten is an error, not an empty place."""
        self.assertRaises(KeyError, catalog("en").text, "%(a)s")


class SentenceTests(SynchronousTestCase):
    """What a message identifier says."""

    def test_every_identifier(self) -> None:
        """Every identifier is a whole sentence in every language."""
        for identifier, values in IDENTIFIERS.items():
            for language in messages.LANGUAGES:
                told = catalog(language).sentence(identifier, **values)
                self.assertTrue(told.endswith("."), told)
                self.assertNotIn("%(", told)

    def test_refused_login(self) -> None:
        """A refused login is told in one sentence, whatever the cause."""
        self.assertEqual(
            catalog("en").sentence("credentials"), "That name and password do not match."
        )
        self.assertEqual(
            catalog("ko").sentence("credentials"), "이름 또는 비밀번호가 맞지 않습니다."
        )

    def test_throttled(self) -> None:
        """A wait is told as people count it, rounded up."""
        self.assertIn("14 minutes", catalog("en").sentence("throttled", seconds=780.5))
        self.assertIn("14분", catalog("ko").sentence("throttled", seconds=780.5))

    def test_limits(self) -> None:
        """A limit is told in figures."""
        self.assertIn("15", catalog("ko").sentence("password-short", min=15))
        self.assertIn("64", catalog("ko").sentence("name-too-long"))

    def test_unknown(self) -> None:
        """An identifier nobody wrote a sentence for is an error."""
        self.assertRaises(KeyError, catalog("en").sentence, "nonsense")


class ExplainTests(SynchronousTestCase):
    """What a status means to a person."""

    def test_every_status(self) -> None:
        """Every status we answer with has a title and a sentence, in every language."""
        for status in STATUSES:
            for text in messages.explain(status):
                self.assertIn(text, po("ko"))
                self.assertNotRegex(text, r"\d|CSRF|token|HTTP")

    def test_others(self) -> None:
        """A status without words of its own is explained like its class."""
        self.assertEqual(messages.explain(418), messages.explain(400))
        self.assertEqual(messages.explain(504), messages.explain(500))
