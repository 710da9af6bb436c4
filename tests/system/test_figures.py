"""What an operator reads: the access log, the figures, and that old rows go away."""

import re
import sqlite3
import time
from contextlib import closing
from functools import partial

from tests.system import processes
from tests.system.client import PASSWORD, Client
from tests.system.conftest import MakeServer
from tests.system.operator import figures
from tests.system.pinned import one_each
from tests.system.server import Server, log_since
from tests.system.waiting import until

FIELDS = {
    "time",
    "event",
    "id",
    "address",
    "method",
    "path",
    "status",
    "bytes",
    "ms",
    "protocol",
    "worker",
}


def answered(found: dict[str, float]) -> float:
    """How many requests were answered, by *found*."""
    return sum(value for name, value in found.items() if name.startswith("authsrv_requests_total"))


def succeeded(server: Server, number: int, killed: int) -> bool:
    """Whether another worker serves in the place of the one that was *killed*."""
    return server.serving().get(number, killed) != killed


def test_access_log(server: Server) -> None:
    """A line has what it should, and nothing that is nobody's business."""
    with Client(server) as client:
        client.sign_in()
        account = client.who().json["account"]["id"]
        _, lines = log_since(server, lambda: client.get("/login?return=/account&secret=s3cr3t"))
        token = client.token
        client.post("/login", name="alice", password="a password nobody may read")
    assert set(lines[0]) == FIELDS | {"account"}
    assert lines[0]["account"] == account
    assert lines[0] | {"time": 0, "ms": 0, "id": 0, "worker": 0} == {
        "time": 0,
        "event": "request",
        "id": 0,
        "address": "127.0.0.1",
        "method": "GET",
        "path": "/login",
        "status": 303,
        "bytes": 0,
        "ms": 0,
        "protocol": "HTTP/1.1",
        "worker": 0,
        "account": account,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"])
    assert re.fullmatch(r"[0-9a-f]{16}", lines[0]["id"])
    log = (server.home / "log").read_text()
    for secret in ("s3cr3t", token, PASSWORD, "nobody may read"):
        assert secret not in log


def test_figures_sum_over_workers(make_server: MakeServer) -> None:
    """The figures are sums over all workers, and no counter ever falls, even if a worker dies."""
    server = make_server().start()
    with one_each(server) as pair:
        before = figures(server)
        for client in pair:
            for _ in range(5):
                client.get("/login")
        after = figures(server)
    assert answered(after) - answered(before) == 10
    counters = {name for name in after if "_total" in name or "_bucket" in name}
    for number in (1, 2, 1):
        killed = server.serving()[number]
        processes.kill(killed)
        lowest = figures(server)
        until(partial(succeeded, server, number, killed), 15)
        with Client(server) as client:
            client.get("/login")
        until(lambda now=lowest: answered(figures(server)) > answered(now), 5)  # type: ignore[misc]
        now = figures(server)
        for found in (lowest, now):
            fallen = {name for name in counters if found[name] < after[name]}
            assert fallen == set()
        after |= now
    assert now["authsrv_worker_restarts_total[('reason', 'signal')]"] == 3
    until(lambda: figures(server)["authsrv_workers_ready[]"] == 2, 5)
    assert server.operator("/healthz")[0] == 200


def test_sweep(make_server: MakeServer) -> None:
    """Expired sessions are removed by a caretaker that begins."""
    server = make_server(settings={"sessions.idle": "1s", "sessions.remember": "2s"}).start()
    database = f"file:{server.home}/var/sessions.db?mode=ro"

    def rows() -> int:
        with closing(sqlite3.connect(database, uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])

    with Client(server) as client:
        for _ in range(20):
            client.cookies.clear()
            assert client.sign_in().status == 201
        assert rows() == 20
        time.sleep(1.2)
        assert client.who().status == 401
    assert rows() == 20
    caretaker = server.events("caretaker appointed")[0]["worker"]
    processes.kill(server.serving()[caretaker])
    took = until(lambda: rows() == 0, 10, lambda: f"{rows()} rows are left")
    print(f"\n20 expired sessions swept {took:.2f} s after the caretaker was killed")
