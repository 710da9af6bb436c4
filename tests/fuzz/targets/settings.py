"""What an operator writes: a file, variables, single values."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from authsrv.cluster import addresses as sockets
from authsrv.settings import Settings, SettingsError, addresses, load, values
from authsrv.settings.keys import known_keys
from authsrv.settings.sources import PREFIX, parse_variable, variable
from authsrv.settings.wrong import Wrong
from authsrv.wire.target import parse_host
from tests.fuzz.target import outcome, target

LEAST = b'public_url = "https://login.example.com"\nlisten.authz = ["unix:authz.sock"]\n'
_KEYS = [".".join(key).encode() for key in known_keys()]


@cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory()


def _loaded(path: Path | None, environ: Mapping[str, str], lines: int) -> None:
    """Settings that the workers get as they are, or mistakes that each fit on a line."""
    settings = outcome(SettingsError, partial(load, path, environ=environ))
    if isinstance(settings, SettingsError):
        assert settings.mistakes
        assert str(settings).count("\n") == len(settings.mistakes) - 1
        for each in settings.mistakes:
            assert str(each).isprintable()
            assert each.what
            assert each.fix
            assert each.origin.line is None or 1 <= each.origin.line <= lines
        return
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
    assert parse_host(urlsplit(settings.public_url).netloc)
    for _, each in settings.listen:
        assert all(str(sockets.parse(address)) == address for address in each)


@target(
    LEAST,
    LEAST + b'[throttle]\nper_account = {attempts = 5, window = "1m"}\n',
    LEAST + b'[[tls.certificates]]\ncertificate = "a"\nkey = """b\\\nc"""\n',
    b"public_url = 'http://x'\n[limits] # y\nstreams = 0x10\n\"body_bytes\" = 1_0\n",
    LEAST + b"sessions = {store = {file = 'none'}, idle = 1.5}\nlog.file = ''\nx = 1979-05-27\n",
    tokens=(*_KEYS, b'"""', b"'''", b"[[", b"]]", b" = ", b"{", b"}", b"\\u0000", b"\n", b"#",
            b"https://", b"memory:", b"sqlite:", b"0x", b"1e9", b"inf", b"nan", b'"5/15m"', b"\xff",
            b"development", b"\xef\xbb\xbf", b"\r\n", b"unix:", b"systemd:", b"[::1]:80"),
)  # fmt: skip
def file(data: bytes) -> None:
    """A file is settings, or mistakes in lines that it has."""
    path = Path(_folder().name) / "authsrv.toml"
    path.write_bytes(data)
    _loaded(path, {}, data.count(b"\n") + 1)


@target(
    b'PUBLIC_URL=https://login.example.com\nLISTEN__AUTHZ=["unix:a"]',
    b"PUBLIC_URL=https://login.example.com\nTHROTTLE__PER_ACCOUNT={attempts = 1}",
    tokens=(*(variable(key).encode() + b"=" for key in known_keys()), b"=", b"__", b"[", b"{"),
)
def environment(data: bytes) -> None:
    """Variables are settings, or mistakes."""
    text = data.decode("utf-8", "surrogateescape")
    pairs = [each.removeprefix(PREFIX).partition("=") for each in text.split("\n")]
    _loaded(None, {PREFIX + name: value for name, _, value in pairs}, 1)
    parse_variable(text)


def _readings(text: str) -> Iterator[str]:
    """What the parsers of addresses make of *text*."""
    parsers = (
        lambda it: addresses.listener(it, Path("/srv")),
        lambda it: addresses.origin(it, development=True),
        addresses.cookie_domain,
        addresses.network,
        values.plain_text,
    )
    for parse in parsers:
        with suppress(Wrong):
            found = parse(text)
            # The workers read it once more.
            assert parse(found) == found
            yield found


@target(
    b"127.0.0.1:8443",
    b"[::1]:80",
    b"unix:a.sock",
    b"systemd:web",
    b"https://Login.example.com:443/",
    b"https://[::1]:8443",
    b"10.0.0.0/8",
    b"example.com",
    tokens=(b"https://", b"http://", b"[", b"]", b":", b"/", b"%", b"localhost", b"unix:", b"::",
            b"systemd:", b".", b"-", b"1.2.3.4", b"xn--", b"0x7f"),
    longest=400,
)  # fmt: skip
def address(data: bytes) -> None:
    """What is let through is in one spelling, and those who use it can read it."""
    text = data.decode("utf-8", "surrogateescape")
    for found in _readings(text):
        assert found.isprintable()
    with suppress(Wrong):
        listens = addresses.listener(text, Path("/srv"))
        assert str(sockets.parse(listens)) == listens
        addresses.is_loopback(listens)
    with suppress(Wrong):
        assert parse_host(urlsplit(addresses.origin(text, development=None)).netloc)


@target(
    b"15m",
    b"5/15m",
    b"smtp+starttls://u:p@mail.example.com:587",
    b"auto",
    tokens=(b"/", b"s", b"m", b"h", b"d", b"0.5", b"smtps://", b"@", b":", b"[", b"\xd9\xa1"),
    longest=200,
)
def value(data: bytes) -> None:
    """A duration is a positive number, a rate two of them; the rest is refused with Wrong."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(Wrong):
        assert 0 < values.duration(text) <= values.LONGEST
    with suppress(Wrong):
        assert values.count(text) == "auto" or 1 <= int(str(values.count(text))) <= 1024
    with suppress(Wrong):
        assert urlsplit(values.mail_url(text)).hostname
    with suppress(ValueError):
        rate = values.Rate.model_validate(text)
        assert rate.attempts >= 1
        assert 0 < rate.window <= values.LONGEST
