"""JSON bodies in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import InvalidFields, Malformed, UnsupportedMedia
from authsrv.web import api


class Body(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)
    tags: list[int] = []


class Asked:
    """A request as far as it is read here."""

    def __init__(self, body: bytes, kind: str | None = "application/json") -> None:
        self.body, self.kind = body, kind

    def header(self, name: str) -> str | None:
        """The type."""
        return self.kind


def read(body: bytes, kind: str | None = "application/json") -> Body:
    """*body* as a Body."""
    request: Any = Asked(body, kind)
    return api.read(request, Body)


class ReadTests(SynchronousTestCase):
    """What is read, and what is refused."""

    def test_read(self) -> None:
        """A body that fits is what the schema says."""
        for kind in ("application/json", "application/json;charset=utf-8", "APPLICATION/JSON"):
            self.assertEqual(read(b'{"name": "a", "tags": [1]}', kind), Body(name="a", tags=[1]))

    def test_media(self) -> None:
        """Nothing but JSON that says so is read."""
        for kind in (None, "", "text/json", "text/plain;application/json"):
            error = self.assertRaises(UnsupportedMedia, read, b'{"name": "a"}', kind)
            self.assertEqual(error.wanted, "application/json")

    def test_fields(self) -> None:
        """Each mistake is told at its field, the place in a list included."""
        error = self.assertRaises(InvalidFields, read, b'{"tags": [1, "x"], "more": 1}')
        self.assertEqual(set(error.fields), {"name", "tags.1", "more"})

    def test_no_values(self) -> None:
        """What was sent is never in the error."""
        for body in (b'{"name": "secret secret"}', b'{"name": {"a": "secret"}}', b'{"x": "secret"}',
                     b'["secret"]', b'{"name": "secret'):  # fmt: skip
            error = self.assertRaises((InvalidFields, Malformed), read, body)
            self.assertNotIn("secret", str(error) + repr(error.__cause__))
            self.assertTrue(error.__suppress_context__)

    @given(st.binary(max_size=40))
    def test_any_bytes(self, body: bytes) -> None:
        """Any bytes are a body, malformed or invalid, and nothing else happens."""
        try:
            self.assertIsInstance(read(body), Body)
        except (Malformed, InvalidFields) as error:
            self.assertIsNone(error.__cause__)
