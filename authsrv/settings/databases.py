"""Addresses of PostgreSQL databases, as its library reads them.

(postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS.)  Such an address may hold
a password, and a password written wrongly may look like any other part: nothing of it is repeated.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import unquote

from authsrv.settings.wrong import Wrong

_WRITE = 'write "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"'
_ESCAPE = "write : / ? @ # % and spaces in a name or password as %3A %2F %3F %40 %23 %25 %20"
_PARTS = re.compile(
    r"""postgresql://
    (?: (?P<user> [^:@/]* ) (?: : (?P<password> [^@/]* ) )? @ )?
    (?P<hosts> [^/?]* )
    (?: / (?P<database> [^?]* ) )?
    (?: \? (?P<options> .* ) )?""",
    re.VERBOSE,
)
_HOST = re.compile(
    r"(?: \[ [0-9A-Fa-f:.]+ (?: %25\w+ )? \] | [\w.%-]* ) (?: : (?P<port> .* ) )?", re.VERBOSE
)
_HIGHEST_PORT = 65535
# What an option may be, and None: any text.
_CHOICES: dict[str, tuple[str, ...] | None] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": (
        "any", "read-write", "read-only", "primary", "standby", "prefer-standby",
    ),
    "load_balance_hosts": ("disable", "random"),
    "gssencmode": ("disable", "prefer", "require"),
    "channel_binding": ("disable", "prefer", "require"),
    "sslnegotiation": ("postgres", "direct"),
    **dict.fromkeys((
        "host", "hostaddr", "user", "password", "dbname", "require_auth", "options", "service",
        "application_name", "fallback_application_name", "sslpassword", "sslcertmode", "sslsni",
        "ssl_min_protocol_version", "ssl_max_protocol_version", "requirepeer", "krbsrvname",
        "gsslib", "gssdelegation", "port",
    )),
}  # fmt: skip
_NUMBERS = (
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout",
)  # fmt: skip
_FILES = ("passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir")
_KNOWN = (*_CHOICES, *_NUMBERS, *_FILES)


def postgresql(url: str) -> str:
    """*url*, if it is an address that PostgreSQL's library takes and that names a database."""
    parts = _PARTS.fullmatch(url)
    if parts is None or not url.isprintable() or " " in url:
        raise Wrong("this is not the address of a database", _WRITE)
    for part in parts.groups(""):
        _unescaped(part)
    for host in parts["hosts"].split(","):
        _check_host(host)
    options = dict(_options(parts["options"] or ""))
    if not (parts["database"] or "dbname" in options or "service" in options):
        raise Wrong("the address names no database", _WRITE)
    return url


def _unescaped(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})|%00", text):
        raise Wrong("a % in the address stands before no two digits", _ESCAPE)
    return unquote(text)


def _check_host(host: str) -> None:
    found = _HOST.fullmatch(host)
    port = None if found is None else found["port"]
    if found is None or (port and not _is_port(port)):
        raise Wrong("what stands for the host and its port is neither", _ESCAPE)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= _HIGHEST_PORT


def _options(text: str) -> Iterator[tuple[str, str]]:
    for pair in text.split("&") if text else ():
        name, equals, value = pair.partition("=")
        if not equals or name not in _KNOWN:
            near = get_close_matches(name, _KNOWN, 1)
            fix = f"did you mean {near[0]}=?" if near else _ESCAPE
            raise Wrong("an option behind the ? is not known", fix)
        yield name, _checked(name, _unescaped(value))


def _checked(name: str, value: str) -> str:
    choices = _CHOICES.get(name)
    if choices is not None and value not in choices:
        raise Wrong(f"{name} is not one of its values", f"write {', '.join(choices)}")
    if name in _NUMBERS and not (value.isascii() and value.isdecimal()):
        raise Wrong(f"{name} is not a number", f"write it like {name}=2")
    if name in _FILES and not value.startswith("/") and value != "system":
        # Its library would look for it where the server happens to run.
        raise Wrong(f"{name} is not an absolute path", f"write {name}=/...")
    return value
