"""Which fields a request may have (RFC 9113, section 8.2)."""

from tests.system.conformance.blocks import Text, block, get
from tests.system.conformance.case import Case
from tests.system.conformance.frames import data, headers
from tests.system.conformance.outcomes import Malformed, Works
from tests.system.conformance.steps import reads

KOREAN = "__Host-authsrv-language=ko"


def bad(section: str, name: str, says: str, field: Text, value: Text) -> Case:
    """A GET that is malformed for this field."""
    return Case(section, name, says, (headers(1, get((field, value))),), Malformed())


def good(section: str, name: str, says: str, *fields: tuple[Text, Text]) -> Case:
    """A GET with *fields* that nothing is wrong with."""
    return Case(section, name, says, (headers(1, get(*fields)),), Works())


CASES = (
    bad("8.2.1", "name-in-upper-case", "Names are lower case.", "X-Field", "value"),
    bad("8.2.1", "name-with-one-upper-letter", "All of a name is.", "x-fielD", "value"),
    bad("8.2.1", "name-empty", "A field has a name.", "", "value"),
    bad("8.2.1", "name-with-space", "A name has no space.", "x field", "value"),
    bad("8.2.1", "name-ends-with-space", "Not at its end either.", "x-field ", "value"),
    bad("8.2.1", "name-with-nul", "A name has no NUL.", "x\0field", "value"),
    bad("8.2.1", "name-with-cr-lf", "A name has no end of a line.", "x\r\nfield", "value"),
    bad("8.2.1", "name-with-delete", "A name has no DEL.", "x\x7ffield", "value"),
    bad("8.2.1", "name-with-eighth-bit", "A name is ASCII.", b"x-\xe9", "value"),
    bad("8.2.1", "name-with-colon", "A name has no colon inside.", "x:field", "value"),
    bad("8.2.1", "name-ends-with-colon", "A name has no colon at its end.", "x-field:", "value"),
    bad(
        "8.2.1", "name-that-is-no-token", "A name is a token (RFC 9110, 5.1).", "x(field)", "value"
    ),
    bad("8.2.1", "value-with-nul", "A value has no NUL.", "x-field", "a\0b"),
    bad("8.2.1", "value-with-lf", "A value has no LF.", "x-field", "a\nb"),
    bad("8.2.1", "value-with-cr", "A value has no CR.", "x-field", "a\rb"),
    bad("8.2.1", "value-with-another-field", "No field in it.", "x-field", "a\r\nhost: evil"),
    bad("8.2.1", "value-begins-with-space", "No space before it.", "x-field", " a"),
    bad("8.2.1", "value-begins-with-tab", "No tab before it.", "x-field", "\ta"),
    bad("8.2.1", "value-ends-with-space", "No space behind it.", "x-field", "a "),
    bad("8.2.1", "value-ends-with-tab", "No tab behind it.", "x-field", "a\t"),
    bad("8.2.1", "value-is-a-space", "A space alone is no value.", "x-field", " "),
    Case(
        "8.2.1",
        "cookie-ends-with-space",
        "Each field is checked, before cookies are put together.",
        (headers(1, get(("cookie", "a=b "), ("cookie", "c=d"))),),
        Malformed(),
    ),
    good("8.2.1", "value-empty", "A value may be empty.", ("x-field", "")),
    good("8.2.1", "value-with-spaces", "Within it may be space.", ("x-field", "a \t b")),
    good("8.2.1", "value-with-eighth-bit", "It may be other than ASCII.", ("x-field", b"\xe9\xff")),
    good("8.2.1", "name-of-all-signs", "A name has signs too.", ("!#$%&'*+-.^_`|~0", "value")),
    bad("8.2.2", "connection", "No field is for a connection.", "connection", "close"),
    bad("8.2.2", "keep-alive", "No field is for a connection.", "keep-alive", "timeout=5"),
    bad("8.2.2", "proxy-connection", "No field is for a connection.", "proxy-connection", "close"),
    bad("8.2.2", "transfer-encoding", "No body is chunked.", "transfer-encoding", "chunked"),
    bad(
        "8.2.2", "transfer-encoding-identity", "Not coded at all.", "transfer-encoding", "identity"
    ),
    bad("8.2.2", "upgrade", "There is no other protocol to go to.", "upgrade", "websocket"),
    bad("8.2.2", "te", "TE says nothing but trailers.", "te", "gzip"),
    bad("8.2.2", "te-and-more", "Nor anything beside that.", "te", "trailers, deflate"),
    good("8.2.2", "te-trailers", "TE may say trailers.", ("te", "trailers")),
    Case(
        "8.2.2",
        "connection-in-trailers",
        "Nor are trailers for a connection.",
        (
            headers(1, ends=False),
            data(1, b"body", ends=False),
            headers(1, block(("connection", "close"))),
        ),
        Malformed(),
    ),
    Case(
        "8.2.3",
        "cookies-apart",
        "A cookie counts wherever it stands among several Cookie fields.",
        (
            headers(1, get(("cookie", "a=b"), ("cookie", KOREAN), ("cookie", "c=d; e=f"))),
            reads(1, b'lang="ko"'),
        ),
        Works(),
    ),
    Case(
        "8.2.3",
        "cookies-together",
        "It counts as it does in one.",
        (headers(1, get(("cookie", f"a=b; {KOREAN}; c=d"))), reads(1, b'lang="ko"')),
        Works(),
    ),
)
