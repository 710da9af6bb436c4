"""Settings for a server under test: the cheapest allowed hashes, free ports, little patience."""

import json
import random
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

# Below the ports that the kernel gives to clients, which nobody can keep free.
_PORTS = range(20000, 32000)


def free_port(host: str = "127.0.0.1", among: Sequence[int] = _PORTS) -> int:
    """A port of *host* on which nobody listens now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in random.sample(among, min(200, len(among))):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no free port on {host}")


@frozen
class Ports:
    """Where a server under test listens on 127.0.0.1."""

    https: int
    http: int
    admin: int

    @classmethod
    def free(cls) -> "Ports":
        """Three that nobody uses."""
        one = free_port()
        two = free_port(among=[port for port in _PORTS if port != one])
        return cls(one, two, free_port(among=[p for p in _PORTS if p not in {one, two}]))


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
