"""Where a Redis is, as the settings write it.

``redis://[USER:PASSWORD@]HOST[:PORT][/DB]``, ``redis+sentinel://HOST[,HOST...]/NAME[/DB]``,
``redis+cluster://HOST[,HOST...]``; each with ``rediss`` for TLS.  Behind a ``?``: ``ca=FILE``
whose certificates are believed, ``sentinel_username=`` and ``sentinel_password=``.
"""

import re
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

Kind = Literal["server", "sentinel", "cluster"]
_KINDS: dict[str, Kind] = {"": "server", "sentinel": "sentinel", "cluster": "cluster"}
SCHEMES = tuple(f"redis{tls}{'+' if kind else ''}{kind}" for kind in _KINDS for tls in ("", "s"))
_PORTS: dict[Kind, int] = {"server": 6379, "sentinel": 26379, "cluster": 6379}
_OPTIONS = ("ca", "sentinel_username", "sentinel_password")


@frozen
class Login:
    """A user and a password, each perhaps none."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)


@frozen
class Place:
    """Where to ask: *hosts* are of the server, of its Sentinels, or of some of the cluster.

    *name* is what Sentinels call the server.  *ca* is a file, or None for the system's.
    """

    kind: Kind
    hosts: tuple[tuple[str, int], ...]
    tls: bool = False
    ca: str | None = None
    name: str = ""
    database: int = 0
    login: Login = Login()
    sentinel_login: Login = Login()

    def __str__(self) -> str:
        """As it may stand in a log: without the passwords."""
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"{self.kind} {hosts}" + (f" {self.name}" if self.name else "")


def parse(url: str) -> Place:
    """The place that *url* names.  Raises ValueError, which repeats nothing of *url*."""
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES or not rest:
        raise ValueError("write redis://HOST:PORT, redis+sentinel://... or redis+cluster://...")
    transport, _, kind_name = scheme.partition("+")
    kind, tls = _KINDS[kind_name], transport == "rediss"
    # urlsplit knows one host alone, and would take what stands behind a # for nothing.
    if "#" in rest or not rest.isprintable():
        raise ValueError("write %23 for a # in the address, and %XX for what cannot be printed")
    address, _, query = rest.partition("?")
    authority, _, path = address.partition("/")
    credentials, at, hosts = authority.rpartition("@")
    # Else the rest of a password would be taken for an address.
    if "@" in credentials + path + query:
        raise ValueError("in names and passwords write %40 for @, %2F for / and %3F for ?")
    options = _options(query, kind, tls)
    name, database = _path(kind, path)
    return Place(
        kind,
        _hosts(hosts, kind),
        tls,
        options.get("ca"),
        name,
        database,
        _login(credentials) if at else Login(),
        Login(options.get("sentinel_username"), options.get("sentinel_password")),
    )


def _options(query: str, kind: Kind, tls: bool) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    # A ? in a password stands here too, with what is behind it: so no name is repeated.
    if options.keys() - set(_OPTIONS) or (query and not options):
        raise ValueError(f"behind ? may stand {', '.join(f'{it}=' for it in _OPTIONS)} alone")
    if "ca" in options and not tls:
        raise ValueError("ca= is for rediss:// alone")
    if kind != "sentinel" and options.keys() - {"ca"}:
        raise ValueError("sentinel_username= and sentinel_password= are for Sentinels alone")
    return options


def _path(kind: Kind, path: str) -> tuple[str, int]:
    """The Sentinels' name, and the number of the database."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    name = ""
    if kind == "sentinel":
        if not parts:
            raise ValueError("behind the Sentinels' addresses stands the name: .../NAME")
        name = unquote(parts.pop(0))
    if not parts:
        return name, 0
    if len(parts) > 1 or not re.fullmatch(r"[0-9]{1,9}", parts[0]):
        raise ValueError("the database is a number behind the last /")
    if kind == "cluster":
        raise ValueError("a cluster has no numbered databases")
    return name, int(parts[0])


def _hosts(text: str, kind: Kind) -> tuple[tuple[str, int], ...]:
    hosts = tuple(_host(each, _PORTS[kind]) for each in text.split(","))
    if kind == "server" and len(hosts) > 1:
        raise ValueError("several addresses are for redis+sentinel:// and redis+cluster:// alone")
    return hosts


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        split = urlsplit(f"//{text}")
        host, given = split.hostname, split.port
    except ValueError:
        host, given = None, None
    if not host or " " in text or given == 0:
        raise ValueError("each address of Redis is HOST or HOST:PORT")
    return host, given or port


def _login(text: str) -> Login:
    username, colon, password = text.partition(":")
    if not colon:
        raise ValueError("write USER:PASSWORD@ or :PASSWORD@ before the address")
    return Login(unquote(username) or None, unquote(password))
