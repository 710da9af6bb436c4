"""All people together, and their accounts."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.system.client import ALICE
from tests.system.faults.browsing import Browser
from tests.system.faults.ledger import Ledger
from tests.system.faults.lookers import SignedIn, Stranger
from tests.system.faults.people import Changer, Comer, Guesser, Person, Revoker
from tests.system.server import Server
from tests.system.together import meanwhile

COMERS = ["comer1", "comer2", "comer3"]
CHANGER, REVOKER, GUESSED, KNOWN = "changer", "revoker", "guessed", "known"
NAMES = [*COMERS, CHANGER, REVOKER, GUESSED, KNOWN]


def move_in(home: Path, template: Path) -> None:
    """Give everybody an account, like alice's in *template*; the server may be running."""
    with closing(sqlite3.connect(template / "var" / "accounts.db")) as database:
        database.row_factory = sqlite3.Row
        alice = dict(database.execute("SELECT * FROM accounts WHERE name = ?", (ALICE,)).fetchone())
    columns = ", ".join(f'"{name}"' for name in alice)
    marks = ", ".join("?" for _ in alice)
    with closing(sqlite3.connect(home / "var" / "accounts.db", timeout=10)) as database:
        for name in NAMES:
            theirs = alice | {"id": name, "name": name, "skeleton": name, "admin": 0}
            database.execute(
                f"INSERT INTO accounts ({columns}) VALUES ({marks})", list(theirs.values())
            )
        database.commit()


@contextmanager
def busy(server: Server, ledger: Ledger, limit: int) -> Iterator[None]:
    """Everybody goes about their business during the block; *limit* guesses are allowed."""
    stop = threading.Event()
    known = SignedIn(server, ledger, KNOWN, stop)
    known.begin()
    everybody: list[Person] = [
        known,
        Stranger(server, ledger, "", stop),
        *(Comer(server, ledger, name, stop) for name in COMERS),
        Revoker(server, ledger, REVOKER, stop),
        Changer(server, ledger, CHANGER, stop),
        *(Guesser(server, ledger, GUESSED, stop, limit=limit) for _ in range(2)),
    ]
    with meanwhile(stop, [person.run for person in everybody]):
        yield


def guess_on(server: Server, ledger: Ledger, limit: int) -> None:
    """Guess until it is refused, or has been answered too often."""
    guesser = Guesser(server, ledger, GUESSED, threading.Event(), limit=limit)
    with Browser(server, ledger) as browser:
        for _ in range(limit + 5):
            if guesser.guess(browser) == 429:
                return
