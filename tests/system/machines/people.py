"""Sessions as they are before something goes wrong."""

from tests.system.machines.minted import Mint
from tests.system.machines.pair import Pair
from tests.system.machines.watchers import Tokens


def prepared(machines: Pair, mint: Mint, known: int, unseen: int, ended: int) -> Tokens:
    """Some that all workers know, some that none does, and some that were ended everywhere."""
    here, hidden, gone = (
        [each.token for each in mint.make("bob", count)] for count in (known, unseen, ended)
    )
    with machines.seats() as seats:
        for token in (*here, *gone):
            assert [each.status(token) for each in seats] == [200] * len(seats)
        for number, token in enumerate(gone):
            acting = seats[number % len(seats)]
            assert acting.status(token) == 200
            assert acting.client.sign_out().status == 204
    return Tokens(here, hidden, gone)
