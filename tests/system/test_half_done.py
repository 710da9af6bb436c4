"""What is answered 503 in the middle: one database has changed, the other was away."""

import json
import re
import sqlite3
import threading
from contextlib import closing

from tests.system.client import PASSWORD, Answer, Client
from tests.system.conftest import MakeServer
from tests.system.server import Server
from tests.system.waiting import until

NEW = "a quite new pass phrase of mine"
# A hash takes a second or so, which is when the other database goes away.
_SLOW = {"passwords.argon2": {"memory_kib": 19456, "time": 60, "lanes": 1}}
#: Longer than the hash of the new password and the 5 s for which a writer waits.
_AWAY = 12.0


def attempts(server: Server) -> int:
    """How many attempts are counted now: one is counted twice, by account and by address."""
    database = f"file:{server.home}/var/sessions.db?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        rows = connection.execute("SELECT recent FROM throttle")
        return sum(len(json.loads(recent)) for (recent,) in rows)


def change(client: Client, told: list[Answer]) -> threading.Thread:
    """Change the password, in a thread."""
    page = client.get("/account/password").text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found, page
    fields = {"current": PASSWORD, "new": NEW, "again": NEW, "form_token": found[1]}
    thread = threading.Thread(
        target=lambda: told.append(client.post("/account/password", **fields))
    )
    thread.start()
    return thread


def test_password_change(make_server: MakeServer) -> None:
    """A password that was changed is in the audit log, though the sessions database went away
    before everything was tidied up and the answer was 503."""
    server = make_server(settings=_SLOW).start()
    told: list[Answer] = []
    with Client(server) as client, Client(server) as again:
        assert client.sign_in().status == 201
        changing = change(client, told)
        until(lambda: attempts(server) == 2, 5)
        # The old password was right: the new one is being hashed.
        until(lambda: attempts(server) == 0, 10)
        path = server.home / "var" / "sessions.db"
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            changing.join(_AWAY)
            other.execute("ROLLBACK")
        changing.join()
        changed = again.sign_in(password=NEW).status == 201
        database = f"file:{server.home}/var/accounts.db?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as accounts:
            query = "SELECT count(*) FROM audit WHERE action = 'password-changed'"
            (noted,) = accounts.execute(query).fetchone()
        print(f"\n{told[0].status}; changed: {changed}, noted: {noted}; then {client.who().status}")
    assert told[0].status == 503
    assert noted == changed
