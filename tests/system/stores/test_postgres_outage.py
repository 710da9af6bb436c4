"""A whole server whose accounts are in PostgreSQL, and what people notice when that goes away."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system import processes
from tests.system.client import ALICE, Client
from tests.system.operator import figures
from tests.system.server import Server
from tests.system.services.postgres import Postgres
from tests.system.services.postgres import server as postgres_server
from tests.system.stores.asking import RECOVERED, asking, ended_well
from tests.system.stores.conftest import MakeServing
from tests.system.together import all_at_once
from tests.system.waiting import until

AWAY, BACK = "the account store does not answer", "the account store answers again"


@pytest.fixture(scope="module")
def postgres(peopled: Postgres) -> Postgres:
    """A server to break: each test finds it well, and leaves it so."""
    return peopled


@pytest.fixture(scope="module")
def server(make_serving: MakeServing, postgres: Postgres) -> Server:
    """A server whose accounts are there."""
    return make_serving(postgres.url())


def restarted(postgres: Postgres) -> float:
    """Stopped, and started again after a while."""
    postgres.stop()
    time.sleep(3)
    postgres.start()
    return time.monotonic()


def killed(postgres: Postgres) -> float:
    """Killed, and started again after a while."""
    postgres.kill()
    time.sleep(3)
    postgres.start()
    return time.monotonic()


def frozen(postgres: Postgres) -> float:
    """There, and silent for a while: what is sent to it is taken, and nothing comes back."""
    postgres.freeze()
    time.sleep(8)
    postgres.thaw()
    return time.monotonic()


@pytest.mark.parametrize("outage", [restarted, killed, frozen])
def test_outage(server: Server, postgres: Postgres, outage: Callable[[Postgres], float]) -> None:
    """During an outage logins and checks are 503 in time, never 401; after it all is as before."""
    with asking(server, [ALICE, "bob"]) as people:
        people.until_good("login", 5, 20)
        back = outage(postgres)
        ended_well(people, back)
    lost = people.lost()
    print(f"{len(people.logins)} logins acknowledged, {lost} lost")
    assert lost == 0


def test_quick_restart(server: Server, postgres: Postgres) -> None:
    """A restart of a moment loses no session, and takes nobody's login for a wrong one."""
    with asking(server, [ALICE, "bob"]) as people:
        for _ in range(3):
            people.until_good("login", 5, 20)
            postgres.stop()
            postgres.start()
        people.until_good("login", 10, 20)
        people.until_good("check", 10, 20)
    print(f"\nlogins {dict(people.counts('login'))}, checks {dict(people.counts('check'))}")
    assert set(people.counts("login")) <= {201, 503}
    assert set(people.counts("check")) <= {200, 503}
    assert people.lost() == 0


def test_guesses(make_serving: MakeServing, postgres: Postgres) -> None:
    """However PostgreSQL comes and goes, no more guesses are decided than the limit allows."""
    server = make_serving(postgres.url(), {"throttle.per_account": "5/15m"})
    statuses: list[int] = []

    def guess(number: int) -> None:
        with Client(server) as client:
            while 429 not in statuses[-3:]:
                statuses.append(client.sign_in(password=f"wrong {number}").status)
                time.sleep(0.05)

    def restart(_: int) -> None:
        for _ in range(3):
            postgres.start()
            postgres.stop()
        postgres.start()

    # The first guesses come while it is away.
    postgres.stop()
    all_at_once(lambda number: guess(number) if number else restart(number), range(5))
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"\nguesses during three restarts: {counts}")
    assert set(counts) == {401, 429, 503}
    assert counts[401] <= 5


def test_worker_starts_meanwhile(server: Server, postgres: Postgres) -> None:
    """Workers that are replaced during an outage serve when it is over."""
    postgres.stop()
    before = len(server.events("worker ready"))
    for pid in server.workers():
        processes.kill(pid)
    until(lambda: len(server.events("worker ready")) == before + 2, 30, server.stderr)
    with Client(server) as client:
        refused = client.sign_in()
        assert (refused.status, bool(refused.headers["Retry-After"])) == (503, True)
        postgres.start()
        until(lambda: client.sign_in().status == 201, RECOVERED)


def test_told(server: Server, postgres: Postgres) -> None:
    """A worker says once when accounts are away and once when they are back, without a password."""
    before = len(server.lines())

    def told(event: str) -> list[dict[str, Any]]:
        return [each for each in server.lines()[before:] if each["event"] == event]

    with Client(server) as client:
        assert client.sign_in().status == 201
        postgres.stop()
        until(lambda: client.sign_in().status == 503 and told(AWAY), 10)
        postgres.start()
        until(lambda: client.sign_in().status == 201 and told(BACK), 10)
    # The other worker may have missed them, too.
    for event in (AWAY, BACK):
        assert set(Counter(each["pid"] for each in told(event)).values()) == {1}
    for each in told(AWAY):
        assert "Connection refused" in each["why"] or "terminating" in each["why"]
    assert "p@ss" not in (server.home / "log").read_text("utf-8")


def test_in_the_log_alone(peopled_data: Path, make_serving: MakeServing) -> None:
    """Where accounts can only be read people sign in and out, and the log has each event."""
    with postgres_server(peopled_data) as postgres:
        _in_the_log_alone(make_serving(postgres.url()), postgres)


def _in_the_log_alone(server: Server, postgres: Postgres) -> None:
    with Client(server) as client:
        assert client.sign_in().status == 201
        postgres.ask("ALTER DATABASE postgres SET default_transaction_read_only = on")
        # What is set holds for new connections.
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        postgres.ask(query + "'authsrv'")
        assert client.sign_in().status == 201
        assert client.who().status == 200
        assert client.sign_in(password="wrong").status == 401
        assert client.sign_out().status == 204
    alone = [(it["action"], it["outcome"]) for it in server.events("audit") if not it["kept"]]
    kept = len(postgres.ask("SELECT 1 FROM audit WHERE action = 'login'"))
    print(f"\nin the log alone: {alone}; in the database: {kept} login(s)")
    assert alone == [("login", "done"), ("login", "wrong-password"), ("logout", "done")]
    assert kept == 1
    counted = {
        name: value for name, value in figures(server).items() if "in_log_alone_total" in name
    }
    assert sum(counted.values()) == 3
