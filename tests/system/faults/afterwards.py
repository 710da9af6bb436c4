"""When the fault is over: what was acknowledged, asked for again on each worker."""

import sqlite3
from contextlib import closing

from tests.system.client import SESSION, Client
from tests.system.faults.ledger import Ledger
from tests.system.pinned import one_each
from tests.system.server import Server


def ask_again(server: Server, ledger: Ledger, when: str) -> None:
    """Every token on both workers."""
    with one_each(server) as pair:
        for worker, client in enumerate(pair, 1):
            said = f"{when}, on worker {worker}"
            for token, name in ledger.alive.items():
                status = _status(client, token)
                lost = f"{name}: a login is lost ({status}) {said}"
                ledger.check("I1", token, status == 200, lost)
            for promise, tokens in (("I2", ledger.ended), ("I3", ledger.outdated)):
                for token in tokens:
                    status = _status(client, token)
                    ledger.check(promise, token, status == 401, f"it is back ({status}) {said}")


def read_audit(server: Server, ledger: Ledger) -> None:
    """Every acknowledged event is in the audit log."""
    database = f"file:{server.home}/var/accounts.db?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        kept = set(connection.execute("SELECT action, outcome, address FROM audit"))
    for event in ledger.events:
        ledger.check("I6", event, event in kept, f"not in the audit log: {event}")


def _status(client: Client, token: str) -> int:
    client.cookies[SESSION] = token
    return client.who().status
