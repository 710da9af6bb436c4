"""Request lines, hosts and fields that are wrong.  RFC 9112 unless said otherwise."""

from tests.system.proxies.case import CLOSE, HOST, UNDERSTOOD, Case, get, hosted, in_front
from tests.system.proxies.running import NAMES


def _line(text: bytes) -> bytes:
    return hosted(line=text)


_OWN = b"GET {own} HTTP/1.1"
_LONG = b"x" * 20_000

#: Section 3.  A method that nobody knows is 400 by choice: see authsrv.wire.target.
_LINES = {
    "lower-case method": _line(b"get {own} HTTP/1.1"),
    "unknown method": _line(b"BREW {own} HTTP/1.1"),
    "method is no token": _line(b"GE(T {own} HTTP/1.1"),
    "no method": _line(b"{own} HTTP/1.1"),
    "no target": _line(b"GET HTTP/1.1"),
    "no version": _line(b"GET {own}"),
    "HTTP/0.9": _line(b"GET {own} HTTP/0.9"),
    "HTTP/1.2": _line(b"GET {own} HTTP/1.2"),
    "HTTP/1.10": _line(b"GET {own} HTTP/1.10"),
    "HTTP/2.0": _line(b"GET {own} HTTP/2.0"),
    "http/1.1": _line(b"GET {own} http/1.1"),
    "HTTP /1.1": _line(b"GET {own} HTTP /1.1"),
    "another protocol": _line(b"GET {own} RTSP/1.0"),
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two spaces": _line(b"GET  {own} HTTP/1.1"),
    "two spaces before version": _line(b"GET {own}  HTTP/1.1"),
    "space in front": _line(b" GET {own} HTTP/1.1"),
    "space at the end": _line(b"GET {own} HTTP/1.1 "),
    "tabs for spaces": _line(b"GET\t{own}\tHTTP/1.1"),
    "space in the target": _line(b"GET {own} b HTTP/1.1"),
    "two lines before": b"\r\n\r\n" + _line(_OWN),
    "NUL in the line": _line(b"GET {own}\0 HTTP/1.1"),
    "CR in the line": _line(b"GET {own}\r HTTP/1.1"),
    "LF in the line": _line(b"GET {own} HTTP/1.1\nX: y"),
    "LF ends every line": hosted().replace(b"\r\n", b"\n"),
}

#: Section 3.2, and RFC 3986.
_TARGETS = {
    "8-bit target": _line(b"GET {own}/caf\xc3\xa9 HTTP/1.1"),
    "DEL in the target": _line(b"GET {own}\x7f HTTP/1.1"),
    "control in the target": _line(b"GET {own}\x1b HTTP/1.1"),
    "fragment": _line(b"GET {own}#a HTTP/1.1"),
    "backslash": _line(b"GET {own}\\a HTTP/1.1"),
    "no slash in front": _line(b"GET a{own} HTTP/1.1"),
    "dot segments": _line(b"GET /a/..{own} HTTP/1.1"),
    "disguised slash": _line(b"GET {own}%2fa HTTP/1.1"),
    "disguised NUL": _line(b"GET {own}%00 HTTP/1.1"),
    "broken escape": _line(b"GET {own}%zz HTTP/1.1"),
    "absolute, another host": _line(b"GET http://evil.example{own} HTTP/1.1"),
    "absolute, another port": _line(b"GET http://localhost:1{own} HTTP/1.1"),
    "absolute, user": _line(b"GET http://user@{host}{own} HTTP/1.1"),
    "absolute, ours is the user": _line(b"GET http://{host}@evil.example{own} HTTP/1.1"),
    "absolute, another scheme": _line(b"GET ftp://{host}{own} HTTP/1.1"),
    "authority, GET": _line(b"GET {host} HTTP/1.1"),
    "asterisk, GET": _line(b"GET * HTTP/1.1"),
}

#: Section 3.2.
_HOSTS = {
    "no Host": get(),
    "no Host, 1.0": get(line=b"GET {own} HTTP/1.0"),
    "Host twice, the same": get(HOST, HOST),
    "Host twice": get(HOST, b"Host: evil.example"),
    "Host twice, ours behind": get(b"Host: evil.example", HOST),
    "Host empty": get(b"Host:"),
    "Host with a space": get(b"Host: a {host}"),
    "Host with a slash": get(b"Host: {host}/a"),
    "Host with a control": get(b"Host: {host}\x01"),
    "Host with a NUL": get(b"Host: {host}\0"),
    "Host 8-bit": get(b"Host: \xe9.example"),
    "Host list": get(b"Host: {host}, evil.example"),
    "Host with a user": get(b"Host: user@{host}"),
    "Host, port 99999": get(b"Host: localhost:99999"),
    "Host, port 0": get(b"Host: localhost:0"),
    "Host, port no number": get(b"Host: localhost:80a"),
    "Host, broken IPv6": get(b"Host: [::1"),
    "space, colon, Host": get(b"Host : {host}"),
    "Host folded": get(b"Host:", b" {host}"),
    "Host by LF": get(b"X: a\n" + HOST),
}

#: Section 5.
_FIELDS = {
    "obs-fold": hosted(b"X: a", b" b"),
    "obs-fold by tab": hosted(b"X: a", b"\tb"),
    "obs-fold of the line": get(b" X: a", HOST),
    "line of spaces": hosted(b"  "),
    "space before colon": hosted(b"X : a"),
    "tab before colon": hosted(b"X\t: a"),
    "vertical tab before colon": hosted(b"X\x0b: a"),
    "no colon": hosted(b"X"),
    "empty name": hosted(b": a"),
    "name 8-bit": hosted(b"X\xe9: a"),
    "name no token": hosted(b"X(y): a"),
    "NUL in a name": hosted(b"X\0: a"),
    "NUL in a value": hosted(b"X: a\0b"),
    "CR in a value": hosted(b"X: a\rY: b"),
    "CR before the end": hosted(b"X: a\r"),
    "LF in a value": hosted(b"X: a\nY: b"),
    "LF ends the head": hosted(b"X: a\n"),
    "control in a value": hosted(b"X: a\x01b"),
    "DEL in a value": hosted(b"X: a\x7fb"),
}

HEADS: tuple[Case, ...] = (
    *in_front(400, _LINES),
    *in_front(400, _TARGETS),
    *in_front(400, _HOSTS),
    *in_front(400, _FIELDS),
    *in_front(
        405,
        {
            "asterisk, OPTIONS": hosted(CLOSE, line=b"OPTIONS * HTTP/1.1"),
            "TRACE": hosted(CLOSE, line=b"TRACE {own} HTTP/1.1"),
            # RFC 9931, section 8: what is behind it may be meant for the tunnel.
            "CONNECT": hosted(line=b"CONNECT {host} HTTP/1.1"),
            "CONNECT, close": hosted(CLOSE, line=b"CONNECT {host} HTTP/1.1"),
        },
    ),
    *in_front(414, {"line too long": _line(b"GET {own}?" + _LONG + b" HTTP/1.1")}),
    *in_front(421, {"another Host": get(b"Host: evil.example", CLOSE)}),
    *in_front(
        431,
        {
            "field too long": hosted(b"X: " + _LONG),
            "too many fields": hosted(*(b"X%d: a" % each for each in range(101))),
        },
    ),
    *in_front(
        UNDERSTOOD,
        {
            "one line before": b"\r\n" + hosted(CLOSE),
            "absolute, this host": hosted(CLOSE, line=b"GET http://{host}{own} HTTP/1.1"),
            "8-bit in a value": hosted(CLOSE, b"X: \xe9"),
        },
    ),
    # The good one in front is answered, and nothing behind the bad one is.
    Case(
        "behind a good one",
        hosted() + get(HOST, HOST),
        b"{inner}",
        (UNDERSTOOD, 400),
        frozenset(NAMES),
    ),
)
