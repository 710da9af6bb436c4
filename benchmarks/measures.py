"""What is measured, each beside its peer."""

from pathlib import Path

from attrs import evolve

from benchmarks import h2load, ours, peers
from benchmarks.comparison import Comparison, Reading, in_turn
from benchmarks.cores import Cores
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import WARM_UP, Load
from benchmarks.servers import Running, Server, serving

#: Requests at once on each connection: a browser with an app behind the login has several.
_STREAMS = {"http/1.1": 1, "h2": 8}
#: Logins at once, enough to keep a core busy and too few for the throttle; and in one round.
_LOGINS_AT_ONCE, _LOGINS = 4, 48
_SESSION = "/api/session"


def everything(folder: Path, cores: Cores) -> list[Comparison]:
    """All comparisons, made in directories under *folder*."""
    home, beside = folder / "authsrv", folder / "stock"
    beside.mkdir()
    server = ours.prepare(home, cores)
    with serving(server) as running:
        cookie = ours.sign_in(running.client)
        size = len(running.client.get(_SESSION, {"Cookie": cookie}).body)
        peer = peers.stock(beside, home / "certs", cores, cookie, size)
        with serving(peer) as other:
            found = [row for each in _STREAMS for row in _check(running, other, each, cookie)]
        found += _logins(running, home, cores)
    # Last, so that both have been started before: files are read, bytecode is written.
    return [*found, *_start(server, peer)]


def _check(server: Running, peer: Running, protocol: str, cookie: str) -> list[Comparison]:
    """``GET /api/session`` with *cookie*, beside a dict lookup."""
    header = f"cookie: {cookie}"
    load = Load(0, _SESSION, protocol, streams=_STREAMS[protocol], headers=(header,))
    ciphers = {_warm_up(server, load), _warm_up(peer, load)}
    if len(ciphers) > 1:
        raise CannotMeasure(f"not the same cipher: {', '.join(sorted(ciphers))}")
    return in_turn(
        f"signed-in check, {protocol}",
        ("requests/s", "requests/CPU s"),
        lambda: _rate(server, load),
        lambda: _rate(peer, load),
    )


def _logins(server: Running, home: Path, cores: Cores) -> list[Comparison]:
    """``POST /api/session``, beside the bare hash on the same core."""
    body = home / "credentials.json"
    body.write_bytes(ours.CREDENTIALS)
    load = Load(
        0,
        _SESSION,
        "http/1.1",
        clients=_LOGINS_AT_ONCE,
        # Not for a time: logins cut off at its end would still hash while the peer is measured.
        requests=_LOGINS,
        headers=("content-type: application/json",),
        body=body,
    )
    cost = ours.cost(home)
    _rate(server, evolve(load, requests=_LOGINS_AT_ONCE))
    return in_turn(
        "logins, beside bare argon2id",
        ("logins/s", "logins/CPU s"),
        lambda: _rate(server, load),
        lambda: peers.hashes_a_second(cost, cores),
    )


def _start(server: Server, peer: Server) -> list[Comparison]:
    """From the start of the process to the first 200 on ``/login``."""
    return in_turn(
        "start to first page",
        ("seconds", "CPU seconds"),
        lambda: _start_of(server),
        lambda: _start_of(peer),
    )


def _start_of(server: Server) -> Reading:
    with serving(server) as running:
        return running.start


def _warm_up(server: Running, load: Load) -> str:
    """Unmeasured; the cipher that was agreed upon."""
    return h2load.run(evolve(load, port=server.client.port, seconds=WARM_UP)).cipher


def _rate(server: Running, load: Load) -> Reading:
    before = server.cpu_seconds()
    report = h2load.run(evolve(load, port=server.client.port))
    return Reading(report.rate, report.count / (server.cpu_seconds() - before))
