"""Where a request goes and comes from: targets, hosts, return addresses, clients' addresses."""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote

from authsrv.core import peers
from authsrv.core.errors import Malformed, MethodNotAllowed, Refused
from authsrv.core.redirects import DEFAULT, ReturnPolicy, safe
from authsrv.wire.redirect import location
from authsrv.wire.target import METHODS, check_method, parse_host, parse_path, parse_target
from tests.fuzz.target import outcome, target

OURS = "https://login.example.com"
_POLICIES = (
    ReturnPolicy(OURS),
    ReturnPolicy(OURS, "example.com", frozenset({"https://other.test:8443"})),
    ReturnPolicy("http://localhost:8080"),
    ReturnPolicy("https://[::1]:8443"),
)
_TRUST = peers.Trust.parse(["10.0.0.0/8", "2001:db8::/32", "unix"])
#: Control characters, dot segments, and what somebody who decodes again would make of it.
_UNCLEAN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\]|(?:^|/)\.\.?(?:/|$)|%(?:2f|5c|00|2e)", re.IGNORECASE
)


def origin_in_browser(address: str, base: str) -> str:
    """The origin that a browser asks for *address*, found on a page of *base*.

    After the URL parser of the WHATWG (section 4.4), as far as it concerns http and its kin.
    """
    text = re.sub("[\t\r\n]", "", address.strip("".join(map(chr, range(33)))))
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    if scheme is None:
        if not re.match(r"[/\\]{2}", text):
            return base
        text = base.partition(":")[0] + ":" + text
        scheme = re.match(r"([a-zA-Z]+):", text)
    assert scheme is not None
    rest = text[scheme.end() :].lstrip("/\\")
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    return f"{scheme[1].lower()}://{authority.rpartition('@')[2].lower()}"


def _is_ours(origin: str, policy: ReturnPolicy) -> bool:
    """Whether *origin* is ours, listed, or of a host below the cookie's domain."""
    if origin == policy.origin or origin in policy.listed:
        return True
    domain = policy.cookie_domain
    match = re.fullmatch(r"(?:https|wss)://([a-z0-9._-]+)(?::[0-9]*)?", origin)
    return bool(domain and match and f".{match[1]}".endswith(f".{domain}"))


@target(
    b"/account?x=1#y",
    b"//e.example/",
    b"https://login.example.com/x",
    b"https://a@b.example.com:444/",
    b"https:/\\e.example",
    b"https://[::1]:8443/x",
    tokens=(b"https://", b"http:", b"wss://", b"login.example.com", b".example.com", b"@", b"[::1]",
            b"other.test:8443", b"//", b"/\\", b"localhost:8080", b"%2f", b"\t", b"?", b"#", b"]"),
)  # fmt: skip
def return_to(data: bytes) -> None:
    """Whoever follows a return address stays with us, as a browser reads it."""
    text = data.decode("utf-8", "surrogateescape")
    for policy in _POLICIES:
        address = safe(text, policy)
        assert address in (text, DEFAULT)
        assert safe(address, policy) == address
        assert re.fullmatch(r"[!-~]+", address)
        assert _is_ours(origin_in_browser(address, policy.origin), policy), address


@target(
    b"203.0.113.9, 10.0.0.1",
    b"10.1.1.1\n[2001:db8::1]:443, ::ffff:10.0.0.2, junk",
    tokens=(b"10.0.0.1", b"2001:db8::1", b"::ffff:10.0.0.2", b"192.0.2.1:80", b"[", b"]", b",",
            b"\n", b"%eth0", b"unix"),
)  # fmt: skip
def client(data: bytes) -> None:
    """A client's address is one, and nothing written to its left changes it."""
    values = data.decode("latin-1").split("\n")
    for peer in ("10.0.0.9", "unix", "192.0.2.7", "2001:db8::7"):
        found = peers.client_address(peer, values, _TRUST)
        assert found == "unix" or str(ip_address(found)) == found
        assert _TRUST.covers(peer) or found == peer
        if not _TRUST.covers(found):
            more = ["198.51.100.1, 10.0.0.1", *values]
            assert peers.client_address(peer, more, _TRUST) == found
        key = peers.throttle_key(found)
        assert peers.throttle_key(key) == key


@target(
    b"login.example.com",
    b"LOGIN.example.com:8443",
    b"[2001:DB8::1]:443",
    tokens=(b":", b"[", b"]", b"::1", b".", b"_", b"-", b"65535", b"0", b"\xe2\x84\xaa", b"%"),
    longest=300,
)
def host(data: bytes) -> None:
    """A host that can be read is in one spelling, and means one thing to others too."""
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape")):
        found = outcome(Malformed, parse_host, text)
        if isinstance(found, Malformed):
            continue
        assert found == text.lower() == parse_host(found)
        match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]+))?", found)
        assert match is not None
        assert match[2] is None or 1 <= int(match[2]) <= 65535
        assert not match[1].startswith("[") or IPv6Address(match[1][1:-1])


@target(
    b"GET /a%20b/%EA%B9%80?q=%2f",
    b"GET https://login.example.com/x?y",
    b"POST http://login.example.com",
    tokens=(b"%2e", b"%2F", b"%5c", b"%00", b"%25", b"%c2%85", b"%E2%80%A8", b"/..", b"/./", b"//",
            b"?", b"#", b"\\", b"http://login.example.com", b"CONNECT ", b"TRACE ", b"HEAD "),
)  # fmt: skip
def asked(data: bytes) -> None:
    """A path is decoded once, clean, and says the same when it is written again."""
    method, _, raw = data.partition(b" ")
    verb = outcome(Refused, check_method, method)
    assert isinstance(verb, MethodNotAllowed) is (method in {b"TRACE", b"CONNECT"})
    assert isinstance(verb, Refused) is (method.decode("latin-1") not in METHODS)
    found = outcome(Malformed, parse_target, raw, "login.example.com")
    if isinstance(found, Malformed):
        return
    path, query = found
    assert path.startswith("/")
    assert not _UNCLEAN.search(path)
    assert re.fullmatch(r"[!-~]*", query)
    assert "#" not in query
    assert parse_path(quote(path, safe="/")) == path
    assert parse_path(quote(path, safe="/:@!$&'()*+,;=~")) == path
    sent_on = location(OURS, path, query)
    assert re.fullmatch(r"[!-~]+", sent_on)
    assert origin_in_browser(sent_on, "https://elsewhere.test") == OURS
