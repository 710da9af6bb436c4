"""What a request asks for: method, host, path and query, each checked once (RFC 9110, RFC 3986).

Everything here is pure and raises Malformed (or MethodNotAllowed) and nothing else.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import unquote_to_bytes

from authsrv.core.errors import Malformed, MethodNotAllowed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_KNOWN = {name.encode("ascii"): name for name in METHODS}
#: TRACE shows a script the cookies it must not read; CONNECT makes a tunnel of us.
FORBIDDEN_METHODS = frozenset({"TRACE", "CONNECT"})

#: In characters, after decoding.
LONGEST_PATH = 4096
#: In bytes, as sent.
LONGEST_QUERY = 8192

# RFC 9110, section 5.6.2: tchar.
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE)
# A fragment or a backslash has no place in a request target; browsers read "\" as "/".
_PRINTABLE = re.compile(r'[!"$-\[\]-~]*')
# An encoded slash, backslash or NUL: whoever decodes again would see another path.
_DISGUISED = re.compile(r"%(?:2f|5c|00)", re.IGNORECASE)
_DISGUISED_TWICE = re.compile(r"%(?:2f|5c|00|2e)", re.IGNORECASE)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[(?P<v6>[0-9a-f:.]{2,45})\])(?::(?P<port>[0-9]{1,5}))?"
)


def check_method(method: bytes) -> str:
    """*method* if it is one we serve.

    TRACE and CONNECT raise MethodNotAllowed.  A method nobody knows is Malformed, for whoever
    sends it speaks another protocol; section 15.6.2 would say 501, which proxies try again.
    """
    known = _KNOWN.get(method)
    if known is not None:
        return known
    if not _TOKEN.fullmatch(method):
        raise Malformed("the method is not a token")
    name = method.decode("ascii")
    if name in FORBIDDEN_METHODS:
        raise MethodNotAllowed(METHODS)
    raise Malformed("unknown method")


@lru_cache(maxsize=64)
def parse_host(text: str) -> str:
    """The Host or :authority *text* in lower case, with its port if it has one."""
    host = text.lower()
    match = _HOST.fullmatch(host)
    # Asked of *text*: lower() makes an ASCII letter of the Kelvin sign.
    if match is None or not text.isascii():
        raise Malformed("the host cannot be read")
    if match["port"] is not None and not 0 < int(match["port"]) < 65536:
        raise Malformed("the host's port cannot be read")
    if match["v6"] is not None:
        _check_v6(match["v6"])
    return host


def _check_v6(text: str) -> None:
    try:
        IPv6Address(text)
    except ValueError:
        raise Malformed("the host is no IPv6 address") from None


def without_port(host: str, default: int) -> str:
    """*host* in lower case, without its port if that is the *default* one."""
    return host.lower().removesuffix(f":{default}")


def parse_target(raw: bytes, host: str) -> tuple[str, str]:
    """The decoded path and the query as sent, of the request target *raw* sent to *host*.

    A target in absolute form must be accepted (RFC 9112, section 3.2.2), but only if it names
    the same host: two hosts in one request are an attack on whoever reads the other one.
    """
    absolute = None if raw.startswith(b"/") else _ABSOLUTE.fullmatch(raw)
    if absolute is not None:
        if absolute[1].lower() != host.encode("ascii"):
            raise Malformed("the target names another host")
        raw = absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
    text = raw.decode("latin-1")
    if not _PRINTABLE.fullmatch(text):
        raise Malformed("the target has characters that must be escaped")
    path, _, query = text.partition("?")
    if len(query) > LONGEST_QUERY:
        raise Malformed("the query is too long")
    return parse_path(path), query


@lru_cache(maxsize=256)
def parse_path(raw: str) -> str:
    """The path *raw*, decoded exactly once.  *raw* is printable ASCII."""
    if not raw.startswith("/"):
        raise Malformed("the path does not begin with a slash")
    if _BROKEN_ESCAPE.search(raw):
        raise Malformed("the path has a broken escape")
    if _DISGUISED.search(raw):
        raise Malformed("the path hides a separator")
    path = _decoded(raw)
    _check_decoded(path)
    return path


def _decoded(raw: str) -> str:
    if "%" not in raw:
        return raw
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the path is not UTF-8") from None


def _check_decoded(path: str) -> None:
    if len(path) > LONGEST_PATH:
        raise Malformed("the path is too long")
    if _DISGUISED_TWICE.search(path):
        raise Malformed("the path hides a separator twice")
    if not path.isprintable() and any(_is_control(c) for c in path):
        raise Malformed("the path has control characters")
    if any(segment in {".", ".."} for segment in path.split("/")):
        raise Malformed("the path has dot segments")


def _is_control(character: str) -> bool:
    # Cc: C0, DEL and C1; Zl and Zp end a line in JavaScript and in some logs.
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}
