"""Where a browser goes for an address: as much of the WHATWG URL parser as redirects need.

Made apart from the rules it judges: no ``urllib``, no regular expression shared with them.
"""

import unicodedata
from ipaddress import IPv6Address
from urllib.parse import unquote

PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
_SCHEME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+-.")
_FORBIDDEN = frozenset(" #/:<>?@[\\]^|%\x7f") | {chr(code) for code in range(32)}
_IGNORED = str.maketrans("", "", "\xad\u200b\u200c\u200d\u2060\ufe0f\ufeff")
_DOTS = str.maketrans("。．｡", "...")


def lands_at(location: str, base: str) -> str | None:
    """The origin (or, where there is none, the scheme) that *location* leads to from the origin
    *base*; None if the browser refuses to go anywhere."""
    text = location.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None})
    base_scheme = base.partition(":")[0]
    scheme, rest = _split_scheme(text)
    if scheme is None or scheme == base_scheme:
        slashes = rest[:2]
        both = len(slashes) == 2 and set(slashes) <= set("/\\")
        return _origin(base_scheme, rest) if both else base
    return _origin(scheme, rest) if scheme in PORTS else f"{scheme}:"


def _split_scheme(text: str) -> tuple[str | None, str]:
    before, sign, after = text.partition(":")
    scheme = before.lower()
    begins = scheme[:1].isascii() and scheme[:1].isalpha()
    if sign and begins and set(scheme) <= _SCHEME_LETTERS:
        return scheme, after
    return None, text


def _origin(scheme: str, rest: str) -> str | None:
    authority = rest.lstrip("/\\")
    for end in "/\\?#":
        authority = authority.partition(end)[0]
    host, port = _split_port(authority.rpartition("@")[2])
    name = _host(host)
    if name is None or (port and not (port.isascii() and port.isdigit() and int(port) < 65536)):
        return None
    shown = "" if not port or int(port) == int(PORTS[scheme]) else f":{int(port)}"
    return f"{scheme}://{name}{shown}"


def _split_port(netloc: str) -> tuple[str, str]:
    closing = netloc.find("]") if netloc.startswith("[") else 0
    colon = netloc.find(":", max(closing, 0))
    return (netloc, "") if colon < 0 else (netloc[:colon], netloc[colon + 1 :])


def _host(host: str) -> str | None:
    if host.startswith("["):
        return _address(host)
    mapped = unicodedata.normalize("NFKC", unquote(host).translate(_IGNORED).translate(_DOTS))
    name = mapped.casefold().translate(_DOTS)
    return name if name and not set(name) & _FORBIDDEN else None


def _address(host: str) -> str | None:
    if not host.endswith("]") or "%" in host:
        return None
    try:
        return f"[{IPv6Address(host[1:-1])}]"
    except ValueError:
        return None
