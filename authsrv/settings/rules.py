"""What must be true of several settings together, and of the files they name."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen

from authsrv.settings.locate import KeyPath
from authsrv.settings.model import Listen, Settings

# 19,456 KiB in two passes, or 47,104 KiB in one, are the floor; memory times passes is what an
# attacker pays.
_ARGON2_FLOOR = 19456 * 2
_PUBLIC = ("https", "http", "authz", "admin", "plain")


@frozen
class Finding:
    """What is wrong with the key *at*, and the *fix*."""

    at: KeyPath
    what: str
    fix: str


Rule = Callable[[Settings], Iterator[Finding]]


def findings(settings: Settings, broken: set[KeyPath]) -> Iterator[Finding]:
    """What all rules find.  One that reads a *broken* key would find ghosts, so it is left out."""
    for rule, reads in RULES.items():
        if not any(_touches(key, key_broken) for key in reads for key_broken in broken):
            yield from rule(settings)


def _touches(one: KeyPath, other: KeyPath) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def listeners(listen: Listen) -> Iterator[tuple[KeyPath, str]]:
    """Every address with its key."""
    for kind in _PUBLIC:
        for number, address in enumerate(getattr(listen, kind)):
            yield ("listen", kind, number), address


def _cookie_domain(settings: Settings) -> Iterator[Finding]:
    host = urlsplit(settings.public_url).hostname or ""
    domain = settings.cookie_domain
    if domain is not None and host != domain and not host.endswith(f".{domain}"):
        what = f'"{domain}" is neither the host of public_url nor a domain above it'
        yield Finding(("cookie_domain",), what, f'write "{host}", or remove the key')


def _certificates_exist(settings: Settings) -> Iterator[Finding]:
    for number, files in enumerate(settings.tls.certificates):
        at: KeyPath = ("tls", "certificates", number)
        yield from _exists((*at, "certificate"), files.certificate)
        yield from _exists((*at, "key"), files.key)


def _client_ca_exists(settings: Settings) -> Iterator[Finding]:
    if settings.tls.client_ca is not None:
        yield from _exists(("tls", "client_ca"), settings.tls.client_ca)


def _exists(at: KeyPath, path: Path) -> Iterator[Finding]:
    try:
        found = path.is_file()
    except OSError as error:
        yield Finding(at, f"{path} cannot be read ({error.strerror})", "let us read it")
        return
    if not found:
        fix = "give the file's name, or make one for development: authsrv cert dev"
        yield Finding(at, f"there is no file {path}", fix)


def _log_directory_exists(settings: Settings) -> Iterator[Finding]:
    file = settings.log.file
    if file is not None and not file.parent.is_dir():
        yield Finding(("log", "file"), f"there is no directory {file.parent}", "make it first")


def _https_has_certificates(settings: Settings) -> Iterator[Finding]:
    if settings.listen.https and not settings.tls.certificates:
        fix = "write [tls] certificates = [{certificate = ..., key = ...}]"
        yield Finding(("listen", "https"), "https needs a certificate", fix)


def _listens(settings: Settings) -> Iterator[Finding]:
    listen = settings.listen
    if not (listen.https or listen.authz or listen.plain):
        fix = 'write [listen] https = ["0.0.0.0:8443", "[::]:8443"]'
        yield Finding(("listen",), "there is no address to serve logins on", fix)


def _listens_once(settings: Settings) -> Iterator[Finding]:
    seen: list[str] = []
    for at, address in listeners(settings.listen):
        clash = next((other for other in seen if _clash(address, other)), None)
        if clash is not None:
            what = f'"{address}" is taken by "{clash}"' if clash != address else _twice(address)
            yield Finding(at, what, "give it another port, or remove it")
        seen.append(address)


def _twice(address: str) -> str:
    return f'"{address}" is here twice'


def _clash(one: str, other: str) -> bool:
    # All addresses of a family at one port leave none for a single one.
    if one == other or one.startswith(("unix:", "systemd:")):
        return one == other
    if other.startswith(("unix:", "systemd:")):
        return False
    (host, _, port), (other_host, _, other_port) = one.rpartition(":"), other.rpartition(":")
    hosts = [ip_address(name.strip("[]")) for name in (host, other_host)]
    same_family = hosts[0].version == hosts[1].version
    return port == other_port and same_family and any(each.is_unspecified for each in hosts)


def _plain_is_development(settings: Settings) -> Iterator[Finding]:
    if settings.listen.plain and not settings.development:
        fix = "use listen.https, or start with --development"
        yield Finding(("listen", "plain"), "plain http is for development", fix)


def _control_is_a_file(settings: Settings) -> Iterator[Finding]:
    for at, address in listeners(settings.listen):
        if at[1] == "control" and not address.startswith(("unix:", "systemd:")):
            what = f'"{address}" is open to everybody on this machine, or beyond'
            yield Finding(at, what, "write unix:PATH: whoever may write there may command")


def _argon2_is_slow(settings: Settings) -> Iterator[Finding]:
    cost = settings.passwords.argon2
    if cost.memory_kib * cost.time < _ARGON2_FLOOR:
        what = f"{cost.memory_kib} KiB and time {cost.time} are too weak"
        fix = "write memory_kib = 47104, time = 1 or memory_kib = 19456, time = 2, or more"
        yield Finding(("passwords", "argon2"), what, fix)


def _memory_is_not_shared(settings: Settings) -> Iterator[Finding]:
    for section in ("sessions", "accounts"):
        if getattr(settings, section).store == "memory:" and settings.workers.count != 1:
            what = "each worker would have a memory of its own"
            fix = "write sqlite:PATH, or [workers] count = 1"
            yield Finding((section, "store"), what, fix)


#: Each rule with the keys it reads.
RULES: dict[Rule, tuple[KeyPath, ...]] = {
    _cookie_domain: (("cookie_domain",), ("public_url",)),
    _listens: (("listen",),),
    _listens_once: (),
    _control_is_a_file: (("listen", "control"),),
    _plain_is_development: (("listen", "plain"),),
    _https_has_certificates: (("listen", "https"), ("tls", "certificates")),
    _certificates_exist: (),
    _client_ca_exists: (("tls", "client_ca"),),
    _memory_is_not_shared: (("sessions", "store"), ("accounts", "store"), ("workers", "count")),
    _argon2_is_slow: (("passwords", "argon2"),),
    _log_directory_exists: (("log", "file"),),
}
