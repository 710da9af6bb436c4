"""Accounts and sessions as they are before something goes wrong."""

from collections.abc import Sequence
from pathlib import Path

from tests.system.client import ALICE
from tests.system.machines.minted import Mint
from tests.system.machines.pair import PEOPLE, Pair, Seat
from tests.system.machines.watchers import Tokens
from tests.system.people import move_in
from tests.system.server import Server
from tests.system.waiting import settled, until


def everybody(accounts: str, home: Path) -> None:
    """Make all accounts in the new database *accounts*; *home* is for the command."""
    server = Server(home, settings={"accounts.store": accounts})
    move_in(server, (ALICE, "--admin"), *((name,) for name in PEOPLE))


def prepared(machines: Pair, mint: Mint, known: int, unseen: int, ended: int) -> Tokens:
    """Some that all workers know, some that none does, and some that were ended everywhere."""
    here, hidden, gone = (
        [each.token for each in mint.make("bob", count)] for count in (known, unseen, ended)
    )
    with machines.seats() as seats:
        for token in (*here, *gone):
            assert [each.settled(token) for each in seats] == [200] * len(seats)
        for number, token in enumerate(gone):
            acting = seats[number % len(seats)]
            assert acting.settled(token) == 200
            # Refused at first, it may have been done.
            assert settled(lambda: acting.client.sign_out().status) in {204, 401}  # noqa: B023  called here
            assert [each.settled(token) for each in seats] == [401] * len(seats)
    return Tokens(here, hidden, gone)


def signed_in_again(seats: Sequence[Seat], within: float) -> float:
    """Wait until strangers can sign in at all of them; how many seconds that took."""

    def all_can() -> bool:
        for each in seats:
            # Whoever still has a token signs out with it.
            each.client.cookies = {}
        return all(each.client.sign_in().status == 201 for each in seats)

    return until(all_can, within)
