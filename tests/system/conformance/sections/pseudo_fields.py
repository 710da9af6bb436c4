"""What a request asks for (RFC 9113, sections 8.3, 8.5 and 9.1.2; RFC 8441)."""

from tests.system.conformance.blocks import Field, Text, block, pseudo
from tests.system.conformance.case import Case
from tests.system.conformance.frames import headers
from tests.system.conformance.outcomes import Malformed, Outcome, Status, Works

#: A server that makes no tunnels says so, in one way or the other.
NO_TUNNEL = Status(1, (405, 501))
#: What is asked of a server as a whole it may refuse; not because it could not be read.
UNDERSTOOD = Status(1, (200, 204, 404, 405, 501))
REST: tuple[Field, ...] = (("accept", "text/html"),)


def asks(section: str, name: str, says: str, *fields: Field, must: Outcome) -> Case:
    """A request of these *fields* and no others."""
    return Case(section, name, says, (headers(1, block(*fields)),), must)


def bad(section: str, name: str, says: str, *fields: Field) -> Case:
    """One that is malformed."""
    return asks(section, name, says, *fields, must=Malformed())


def good(section: str, name: str, says: str, *fields: Field) -> Case:
    """One that nothing is wrong with."""
    return asks(section, name, says, *fields, must=Works())


def twice(field: str, value: Text) -> Case:
    """A pseudo-header field that occurs twice, the same both times."""
    said = (*pseudo(), (f":{field}", value))
    return bad("8.3", f"{field}-twice", f"No pseudo-header field occurs twice: {field}.", *said)


CASES = (
    bad("8.3", "undefined", "There are no others than those.", *pseudo(), (":user", "alice")),
    bad("8.3", "status", "Those of answers are none of requests.", *pseudo(), (":status", "200")),
    bad("8.3", "no-name", "A colon alone is none of them.", *pseudo(), (":", "value")),
    bad("8.3", "upper-case", "They are lower case.", (":Method", "GET"), *pseudo()[1:]),
    bad(
        "8.3", "behind-a-field", "They come before all fields.", *pseudo()[:3], *REST, *pseudo()[3:]
    ),
    bad("8.3", "all-behind-a-field", "Each of them does.", *REST, *pseudo()),
    twice("method", "GET"),
    twice("scheme", "https"),
    twice("authority", "localhost"),
    twice("path", "/login"),
    bad("8.3", "two-paths", "Nor with two values.", *pseudo(), (":path", "/account")),
    good("8.3", "in-another-order", "Among themselves they have no order.", *pseudo()[::-1]),
    bad("8.3.1", "no-method", "A request has a method.", *pseudo(None)),
    bad("8.3.1", "no-scheme", "A request has a scheme.", *pseudo(scheme=None)),
    bad("8.3.1", "no-path", "A request has a path.", *pseudo(path=None)),
    bad("8.3.1", "no-fields", "A request has fields."),
    bad("8.3.1", "method-empty", "A method is not empty.", *pseudo("")),
    bad("8.3.1", "method-no-token", "A method is a token.", *pseudo("G ET")),
    bad("8.3.1", "method-with-another-request", "It is one.", *pseudo("GET / HTTP/1.1\r\nx: y")),
    bad("8.3.1", "path-empty", "A path is not empty.", *pseudo(path="")),
    bad("8.3.1", "path-without-slash", "A path begins with a slash.", *pseudo(path="login")),
    bad("8.3.1", "path-absolute", "A path is no address.", *pseudo(path="https://localhost/login")),
    bad("8.3.1", "path-with-space", "A path has no space.", *pseudo(path="/log in")),
    bad("8.3.1", "path-with-fragment", "A path has no fragment.", *pseudo(path="/login#here")),
    bad("8.3.1", "path-with-lf", "A path has no end of a line.", *pseudo(path="/login\nx: y")),
    bad("8.3.1", "path-with-eighth-bit", "A path is ASCII.", *pseudo(path=b"/log\xefn")),
    bad("8.3.1", "path-asterisk", "An asterisk is no path of GET.", *pseudo(path="*")),
    asks(
        "8.3.1",
        "options-asterisk",
        "But OPTIONS may ask with it for the server as a whole.",
        *pseudo("OPTIONS", "*"),
        must=UNDERSTOOD,
    ),
    good("8.3.1", "path-with-query", "A path may have a query.", *pseudo(path="/login?a=b&c=%20")),
    bad("8.3.1", "scheme-empty", "A scheme is not empty.", *pseudo(scheme="")),
    bad(
        "8.3.1", "scheme-that-is-none", "A scheme is no address.", *pseudo(scheme="https://evil/?")
    ),
    bad("8.3.1", "authority-empty", "An authority is not empty.", *pseudo(authority="")),
    bad("8.3.1", "authority-with-user", "It names no user.", *pseudo(authority="me@localhost")),
    bad("8.3.1", "authority-with-path", "It has no path.", *pseudo(authority="localhost/login")),
    bad("8.3.1", "authority-with-space", "It has no space.", *pseudo(authority="local host")),
    bad("8.3.1", "no-authority", "A host is named, one way or the other.", *pseudo(authority=None)),
    good(
        "8.3.1",
        "host-alone",
        "Host will do, for what was HTTP/1.1 before.",
        *pseudo(authority=None),
        ("host", "localhost"),
    ),
    good("8.3.1", "host-the-same", "Both may name it.", *pseudo(), ("host", "localhost")),
    bad("8.3.1", "host-another", "Not another one each.", *pseudo(), ("host", "evil.example")),
    bad(
        "8.3.1",
        "host-twice",
        "Host occurs once (RFC 9110, 7.2).",
        *pseudo(authority=None),
        ("host", "localhost"),
        ("host", "evil.example"),
    ),
    asks(
        "8.5",
        "connect",
        "CONNECT has neither scheme nor path; no tunnel is made.",
        *pseudo("CONNECT", None, None, "localhost:443"),
        must=NO_TUNNEL,
    ),
    Case(
        "8.5",
        "connect-that-goes-on",
        "A client of CONNECT has said all it can, without END_STREAM: it is answered at once.",
        (headers(1, block(*pseudo("CONNECT", None, None, "localhost:443")), ends=False),),
        NO_TUNNEL,
    ),
    bad("8.5", "connect-with-path", "It has no path.", *pseudo("CONNECT", "/", None)),
    bad("8.5", "connect-with-scheme", "It has no scheme.", *pseudo("CONNECT", None)),
    bad(
        "8.5",
        "connect-without-authority",
        "It says where to.",
        *pseudo("CONNECT", None, None, None),
    ),
    bad(
        "8.5", "protocol-of-get", ":protocol is for CONNECT.", *pseudo(), (":protocol", "websocket")
    ),
    asks(
        "8.5",
        "protocol-that-was-not-offered",
        "It is defined by a setting that this server does not send (RFC 8441).",
        *pseudo("CONNECT"),
        (":protocol", "websocket"),
        # "400, unless a more suitable status code is defined" (section 8.2.1).
        must=Malformed(1, (400, 405, 501)),
    ),
    asks(
        "9.1.2",
        "another-authority",
        "A host that is not the server's is answered with 421.",
        *pseudo(authority="elsewhere.example"),
        must=Status(1, (421,)),
    ),
)
