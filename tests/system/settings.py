"""Settings for a server under test: the cheapest allowed hashes, free ports, little patience."""

import fcntl
import json
import os
import random
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

# Below the ports that the kernel gives to clients, which nobody can keep free.
_PORTS = range(20000, 32000)
# Other tests choose at the same time, and while a server of ours is away that shall come back: of
# this file the byte at the number of a port is locked by whose it is, until their process ends.
_CLAIMS = open(Path(tempfile.gettempdir()) / f"ports-of-tests-{os.getuid()}", "ab")  # noqa: SIM115  never closed: a lock would end with it
_claimed: set[int] = set()


def free_port(among: Sequence[int] = _PORTS) -> int:
    """A port of 127.0.0.1 on which nobody listens, and that no other test is given any more."""
    for port in random.sample(among, len(among)):
        if _is_claimed(port) and _is_free(port):
            return port
    raise AssertionError("no port is free")


def _is_claimed(port: int) -> bool:
    """Whether it is ours as of now."""
    if port in _claimed:
        return False
    try:
        fcntl.lockf(_CLAIMS, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _claimed.add(port)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@frozen
class Ports:
    """Where a server under test listens on 127.0.0.1."""

    https: int
    http: int
    admin: int

    @classmethod
    def free(cls) -> "Ports":
        """Three that nobody uses."""
        return cls(free_port(), free_port(), free_port())


def usual(ports: Ports, workers: int) -> dict[str, object]:
    """The settings of a server under test, by dotted key."""
    return {
        "public_url": f"https://localhost:{ports.https}",
        "listen.https": [f"127.0.0.1:{ports.https}"],
        "listen.http": [f"127.0.0.1:{ports.http}"],
        "listen.admin": [f"127.0.0.1:{ports.admin}"],
        "workers.count": workers,
        "workers.drain_seconds": 5,
        "tls.certificates": [{"certificate": "certs/localhost.pem", "key": "certs/localhost.key"}],
        "sessions.store": "sqlite:var/sessions.db",
        "accounts.store": "sqlite:var/accounts.db",
        "passwords.argon2": {"memory_kib": 19456, "time": 2, "lanes": 1},
        "throttle.per_account": "100000/1m",
        "throttle.per_address": "100000/1m",
    }


def write(path: Path, values: Mapping[str, object]) -> None:
    """Write *values*, by dotted key, as the TOML file *path*.  None: the key is left out."""
    said = {key: _toml(value) for key, value in values.items() if value is not None}
    # Dotted keys need no sections, and each stands on a line of its own.
    path.write_text("".join(f"{key} = {text}\n" for key, text in said.items()), "utf-8")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
