"""Forms as browsers send them (application/x-www-form-urlencoded, WHATWG URL, section 5)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from attrs import frozen

from authsrv.core.errors import Malformed, UnsupportedMedia

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 40


@frozen
class Form:
    """The fields somebody sent; one that is missing is the empty text."""

    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """The field as it was typed, trimmed."""
        return self.fields.get(name, "").strip()

    def secret(self, name: str) -> str:
        """The field exactly as it was typed."""
        return self.fields.get(name, "")

    def ticked(self, name: str) -> bool:
        """Whether the box was ticked."""
        return name in self.fields


def parse(content_type: str | None, body: bytes) -> Form:
    """The form in *body*.  Raises UnsupportedMedia or Malformed."""
    if (content_type or "").partition(";")[0].strip().lower() != FORM:
        raise UnsupportedMedia(FORM)
    return Form(parse_pairs(body))


def parse_pairs(encoded: bytes | str) -> dict[str, str]:
    """The fields of a form or a query, each at most once.  Raises Malformed."""
    try:
        text = encoded if isinstance(encoded, str) else encoded.decode("ascii")
        pairs = parse_qsl(text, True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Malformed("the form cannot be read") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a field was sent twice")
    return fields
