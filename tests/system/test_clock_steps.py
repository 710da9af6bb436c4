"""The wall clock is set while the server runs: timers do not care, sessions live by it."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from email.utils import parsedate_to_datetime

import pytest

from tests.system import processes
from tests.system.client import ALICE, PASSWORD, Answer, Client
from tests.system.conftest import MakeServer
from tests.system.patience import waits
from tests.system.server import Server
from tests.system.waiting import SLACK, until
from tests.system.wallclock import WallClock, on_wall_clock

HOUR = 3600
DAY = 24 * HOUR
# Seconds that the server waits, for whatever it is.
PATIENCE = 3
SETTINGS = {
    **{f"limits.{name}_seconds": PATIENCE for name in ("header", "body", "idle")},
    "throttle.per_account": "2/15m",
}
REMEMBER = json.dumps({"name": ALICE, "password": PASSWORD, "remember": True}).encode()
#: What ends each wait of the server.
ENDS = {
    "head": b"HTTP/1.1 408 ",
    "body": b"HTTP/1.1 408 ",
    "request": b"",
    "HTTP/2 request": b"GOAWAY",
}


def sign_in_remembered(client: Client) -> int:
    """Sign in with "remember me"; the status."""
    json_body = {"Content-Type": "application/json"}
    return client.request("POST", "/api/session", REMEMBER, json_body).status


def guess(client: Client) -> Answer:
    """A wrong password for bob."""
    return client.sign_in("bob", "not the right password")


def check_waits(server: Server, clock: WallClock, step: int) -> None:
    """What the server waits for when the clock is stepped ends neither sooner nor later."""
    with waits(server) as ends:
        clock.step(step)
        found = ends()
    took = ", ".join(f"{what} {end.after:.2f} s" for what, end in found.items())
    print(f"\n{step:+d} s: with {PATIENCE} s of patience the server waited for {took}")
    for what, end in found.items():
        assert end.said[:13] == ENDS[what], what
        assert PATIENCE <= end.after < PATIENCE + 8, what


def check_heartbeat(server: Server) -> None:
    """The supervisor notices within seconds that a worker does not answer."""
    hanging = server.serving()[2]
    before = len(server.events("heartbeat missed"))
    os.kill(hanging, signal.SIGSTOP)
    try:
        took = until(lambda: len(server.events("heartbeat missed")) > before, 10)
    finally:
        os.kill(hanging, signal.SIGCONT)
    print(f"a heartbeat was missed {took:.1f} s after a worker was stopped")


def check_unhurt(server: Server) -> None:
    """Nothing has failed, nobody has died, and the server can still end."""
    assert server.events("worker died") == []
    assert {each["status"] for each in server.requests()} <= {200, 201, 401, 429}
    assert server.stop() == 0
    for name in ("log", "err"):
        assert "Traceback" not in (server.home / name).read_text()


@pytest.mark.parametrize(
    ("step", "idle", "remembered", "guessed"),
    [(-HOUR, 200, 200, 429), (2 * HOUR, 401, 200, 401), (400 * DAY, 401, 401, 401)],
    ids=["1 hour back", "2 hours on", "400 days on"],
)
def test_step(make_server: MakeServer, step: int, idle: int, remembered: int, guessed: int) -> None:
    """After a step of the wall clock every timer strikes as it would have, whose session has not
    expired is signed in, whose has is not, everybody can sign in, and no guess was for nothing."""
    server = make_server(settings=SETTINGS)
    with on_wall_clock(server) as clock:
        with Client(server) as one, Client(server) as other:
            assert one.sign_in().status == 201
            assert sign_in_remembered(other) == 201
            assert [guess(one).status for _ in range(3)] == [401, 401, 429]
        check_waits(server, clock, step)
        with Client(server) as client:
            client.cookies = one.cookies
            assert client.who().status == idle
            client.cookies = other.cookies
            assert client.who().status == remembered
            again = guess(client)
            assert again.status == guessed
            assert again.status != 429 or 0 < int(again.headers["Retry-After"]) <= 900
            answer = client.sign_in()
            assert answer.status == 201
            assert client.who().status == 200
            date = parsedate_to_datetime(answer.headers["Date"])
            assert abs(date.timestamp() - clock.now()) < 60
        check_heartbeat(server)
        check_unhurt(server)


def test_hanging_worker(make_server: MakeServer) -> None:
    """Though the clock was set back a worker that hangs is killed, and the next caretaker sweeps
    what has expired by the clock as it is now."""
    server = make_server()
    database = f"file:{server.home}/var/sessions.db?mode=ro"

    def rows() -> int:
        with closing(sqlite3.connect(database, uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])

    with on_wall_clock(server) as clock:
        with Client(server) as client:
            for _ in range(5):
                client.cookies.clear()
                assert client.sign_in().status == 201
        assert rows() == 5
        caretaker = server.events("caretaker appointed")[0]["worker"]
        hanging = server.serving()[caretaker]
        os.kill(hanging, signal.SIGSTOP)
        clock.step(3 * HOUR)
        # The next heartbeat is waited for by the clock as it is now, whichever clock that is.
        missed = until(lambda: server.events("heartbeat missed"), 10)
        clock.step(-HOUR)
        gone = missed + until(lambda: processes.is_gone(hanging), 20, lambda: "not killed")
        swept = until(lambda: rows() == 0, 5, lambda: f"{rows()} rows are left")
        print(f"\na hanging worker: killed after {gone:.1f} s, 5 rows swept {swept:.2f} s later")
        assert 8 < gone < 15 + SLACK
        assert {each["why"] for each in server.events("worker killed")} == {"no heartbeat"}
