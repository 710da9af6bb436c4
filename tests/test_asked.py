"""The lists that the fuzzed requests are made of."""

import ast
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests import asked
from tests.web.samples import Reader, render_all

SOURCE = """
NAMED = "b"
def page(visit, request):
    visit.form.text("a"), visit.query.get(NAMED), form.secret("c"), log.text("none")
    if "d" in visit.query or "none" in others:
        return visit.query["e"], visit.form.fields["f"], facts["none"]
    return request.header("X-One"), headers.getRawHeaders(b"x-two", ()), raw_fields.get(b"x-3")
def header(name, other):
    return header_values(name)
def later(name):
    return header_values(name)
"""


def found(readers: tuple[asked.Reader, ...]) -> list[str]:
    """What SOURCE reads."""
    return asked.find(ast.parse(SOURCE), readers)


class AskedTests(SynchronousTestCase):
    """What is found in the source."""

    def test_every_way(self) -> None:
        """Every way to read a field or a header is seen, and nothing else is taken for one."""
        self.assertEqual(found(asked.FIELDS), ["'a'", "NAMED", "'c'", "'d'", "'e'", "'f'"])
        self.assertEqual(found(asked.HEADERS), ["'X-One'", "b'x-two'", "b'x-3'", "name"])

    def test_made_later(self) -> None:
        """A name that the source does not say is an error, not left out."""
        names: dict[str, Any] = {"NAMED": "b"}
        self.assertEqual(asked.value("NAMED", names), "b")
        self.assertRaises(NameError, asked.value, found(asked.HEADERS)[-1], names)

    def test_known(self) -> None:
        """What everybody knows is among it."""
        self.assertLessEqual({"host", "cookie", "sec-fetch-site", "user-agent", "origin",
                              "x-forwarded-for", "content-length"}, {*asked.headers()})  # fmt: skip
        self.assertLessEqual({"return", "password", "form_token", "others"}, {*asked.fields()})
        self.assertLessEqual({"name", "password"}, {*asked.members()})
        self.assertEqual(
            set(asked.cookies()),
            {"__Host-authsrv", "__Host-authsrv-browser", "__Host-authsrv-language"},
        )
        self.assertLessEqual({"/", "/login", "/account/sessions/others"}, {*asked.routes()})
        self.assertEqual(asked.routes()["/login"], {"GET", "POST"})

    def test_forms(self) -> None:
        """Every field of every form on every page is one that some handler reads."""
        shown = {
            element["name"]
            for _, page in render_all()
            for element in Reader(page).every("input", "button", "select", "textarea")
            if "name" in element
        }
        self.assertGreater(len(shown), 10)
        self.assertLessEqual(shown, {*asked.fields()})
