"""A cluster of which one node goes away, and then all of them."""

import time
from pathlib import Path

from tests.system.machines.conftest import MakePair
from tests.system.machines.minted import minting
from tests.system.machines.people import prepared, signed_in_again
from tests.system.services.cluster import Cluster

RECOVERED, NOTICED = 5.0, 1.0


def test_cluster(make_pair: MakePair, tmp_path: Path) -> None:
    """Whoever was seen is let in whether one node is away or all are, whoever was ended is not;
    strangers are asked to come back, and can sign in when the cluster is whole again."""
    with (
        Cluster(tmp_path, appendonly="yes", appendfsync="always") as cluster,
        make_pair(cluster.url) as machines,
        machines.seats() as seats,
    ):
        with minting(cluster.url, machines.machines[0]) as mint:
            given = prepared(machines, mint, 8, 8, 4)
        for down in (cluster.nodes[:1], cluster.nodes):
            for each in down:
                each.kill()
            began = time.monotonic()
            while time.monotonic() - began < 2 * NOTICED:
                assert {it.status(token) for it in seats for token in given.known} == {200}
                assert {it.status(token) for it in seats for token in given.ended} == {401}
            unseen = {it.status(token) for it in seats for token in given.unseen}
            for each in down:
                each.spawn()
            for each in down:
                each.wait_up()
            cluster.wait_ok()
            took = signed_in_again(seats, RECOVERED)
            print(f"\n{len(down)} of 3 nodes away: unseen {unseen}; logins after {took:.2f} s")
            assert unseen <= {200, 503}
        assert {it.settled(token) for it in seats for token in given.unseen} == {200}
        assert machines.unforeseen() == []
