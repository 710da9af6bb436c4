"""Parsers of what names a place on this machine: paths, stores, files that hold a secret.

*base* is the directory that relative paths start from, or None when they are absolute already.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from authsrv.settings.databases import postgresql
from authsrv.settings.wrong import Wrong, shown
from authsrv.stores.redis.places import SCHEMES, parse
from authsrv.stores.urls import is_redis

_LONGEST_SECRET = 65536
_WRITE = {
    "sessions": "write sqlite:PATH, redis://... or memory:",
    "accounts": "write sqlite:PATH, postgresql://... or memory:",
}


def absolute(text: str, base: Path | None) -> Path:
    """*text* as an absolute path: twistd changes directory after the settings are read."""
    if not text or not text.isprintable():
        raise Wrong(f"{shown(text)} is not a path", "write the name of a file")
    return Path(text) if base is None else Path(os.path.normpath(base / text))


def path(value: object, base: Path | None) -> Path:
    """The path written as *value*."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a path", "write the name of a file in quotes")
    return absolute(value, base)


def store(text: str, base: Path | None, kind: str) -> str:
    """A store of *kind*, "sessions" or "accounts": ``memory:`` or ``sqlite:PATH``.

    Accounts may be in PostgreSQL too, ``postgresql://...``, and sessions in Redis, ``redis://...``.

    Only the scheme is repeated when it is wrong: addresses of databases hold passwords.
    """
    scheme, colon, rest = text.partition(":")
    if text == "memory:":
        return text
    if kind == "sessions" and is_redis(text):
        return _redis(text)
    if kind == "accounts" and scheme in ("postgresql", "postgres"):
        return postgresql(text)
    if scheme != "sqlite" or not colon:
        what = f"{shown(scheme)} is not a kind of store" if colon else "this is not a store"
        raise Wrong(what, _WRITE[kind])
    if not rest or rest.startswith(("//", ":")):
        raise Wrong("sqlite: stands before a path", "write sqlite:var/x.db or sqlite:/path/x.db")
    return f"sqlite:{absolute(rest, base)}"


def _redis(text: str) -> str:
    try:
        place = parse(text)
    except ValueError as error:
        raise Wrong(str(error), f"write one of {', '.join(f'{it}://' for it in SCHEMES)}") from None
    if place.ca is not None and not Path(place.ca).is_absolute():
        raise Wrong("ca= is no absolute path", "write ca=/path/of/ca.pem")
    return text


def secret(value: object, base: Path | None) -> object:
    """*value*, or for ``{file = "..."}`` the text in that file without its last line's end."""
    if not isinstance(value, Mapping):
        return value
    if set(value) != {"file"} or not isinstance(value["file"], str):
        raise Wrong("this table is not a secret", 'write {file = "/path"} and nothing else in it')
    where = absolute(value["file"], base)
    try:
        with where.open("rb") as file:
            return file.read(_LONGEST_SECRET).decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Wrong(
            f"{where} cannot be read ({error.strerror})", "give a file we may read"
        ) from None
    except UnicodeDecodeError:
        raise Wrong(f"{where} is not UTF-8 text", "write the secret as text") from None
