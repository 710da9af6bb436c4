"""Parsers of addresses: where to listen, the public origin, the cookie's domain, networks."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path

from authsrv.core.peers import UNIX
from authsrv.settings.places import absolute
from authsrv.settings.wrong import Wrong, shown

# To ipaddress the zone behind "%" may be any text.
_LISTEN = re.compile(r"(\[[0-9A-Za-z:.%_-]+\]|[^:\[\]]+):([0-9]{1,5})")
_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_DOMAIN = re.compile(_HOST)
_ORIGIN = re.compile(rf"(https?)://(\[[0-9a-f:.]+\]|{_HOST})(?::([0-9]{{1,5}}))?/?", re.IGNORECASE)
_SYSTEMD = re.compile(r"[A-Za-z0-9@_.-]{1,255}")
_LONGEST_UNIX = 107  # bytes: sun_path less its NUL, unix(7)
_DEFAULT_PORTS = {"https": 443, "http": 80}


def listener(text: str, base: Path | None) -> str:
    """Where to listen: ``ADDR:PORT``, ``[V6]:PORT``, ``unix:/path`` or ``systemd:NAME``.

    Addresses are literal, since a name may change what it means; ``localhost`` is 127.0.0.1.
    """
    if text.startswith("unix:"):
        return f"unix:{_unix_path(text, base)}"
    if text.startswith("systemd:"):
        if not _SYSTEMD.fullmatch(text.removeprefix("systemd:")):
            raise _no_listener(text)
        return text
    return _tcp(text)


def _unix_path(text: str, base: Path | None) -> Path:
    name = text.removeprefix("unix:")
    if not name:
        raise _no_listener(text)
    path = absolute(name, base)
    if len(str(path).encode()) > _LONGEST_UNIX:
        raise Wrong(f"{shown(text)} is too long for a socket", f"use {_LONGEST_UNIX} bytes at most")
    return path


def _tcp(text: str) -> str:
    match = _LISTEN.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise _no_listener(text)
    bracketed = match[1].startswith("[")
    host = "127.0.0.1" if match[1].lower() == "localhost" else match[1].strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        raise _no_listener(text) from None
    if bracketed != (address.version == 6):
        raise _no_listener(text)
    return f"[{address}]:{int(match[2])}" if bracketed else f"{address}:{int(match[2])}"


def _no_listener(text: str) -> Wrong:
    return Wrong(
        f"{shown(text)} is not an address to listen on",
        "write 127.0.0.1:8443, [::1]:8443, unix:/path or systemd:NAME",
    )


def is_loopback(listen: str) -> bool:
    """Whether only this machine can reach the parsed address *listen*."""
    if listen.startswith("unix:"):
        return True
    if listen.startswith("systemd:"):
        return False
    return ip_address(listen.rpartition(":")[0].strip("[]")).is_loopback


def origin(text: str, *, development: bool | None) -> str:
    """The origin people see, as a browser writes it (RFC 6454, section 6.1): no default port.

    Plain http is for development; None does not ask: the value has been checked before.
    """
    match = _ORIGIN.fullmatch(text)
    if match is None or not _is_host(match[2]) or (match[3] and not 1 <= int(match[3]) <= 65535):
        raise Wrong(
            f"{shown(text)} is not an origin",
            "write https://HOST or https://HOST:PORT, without a path; xn--... for other letters",
        )
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    if scheme == "http" and development is False:
        raise Wrong(f"{shown(text)} is not https", "write https://; http:// is for --development")
    at = f":{int(port)}" if port and int(port) != _DEFAULT_PORTS[scheme] else ""
    return f"{scheme}://{host}{at}"


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return ":" in host and _is_address(host.strip("[]"))
    # A last label of digits means an IPv4 address to browsers (WHATWG URL, "ends in a number").
    if host.rpartition(".")[2].isdigit():
        return _is_address(host)
    return len(host) <= 253


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def cookie_domain(text: str) -> str:
    """A domain whose every host gets the cookie.  Whether it is ours is checked across fields."""
    domain = text.lower()
    if _is_address(domain) or not _DOMAIN.fullmatch(domain):
        raise Wrong(f"{shown(text)} is not a domain", "write example.com, without a dot in front")
    if "." not in domain:
        raise Wrong(f"{shown(text)} is everybody's domain", "write one of yours, like example.com")
    return domain


def network(text: str) -> str:
    """A network in CIDR form, or ``"unix"`` for peers on a unix socket."""
    if text == UNIX:
        return text
    fix = 'write 10.0.0.0/8, 192.0.2.1, 2001:db8::/32 or "unix"'
    # A zone, which may be any text, is one machine's name for a link.
    if "%" in text:
        raise Wrong(f"{shown(text)} is not a network", fix)
    try:
        return str(ip_network(text))
    except ValueError:
        raise Wrong(f"{shown(text)} is not a network", _network_fix(text) or fix) from None


def _network_fix(text: str) -> str:
    try:
        return f"write {ip_network(text, strict=False)}"
    except ValueError:
        return ""
