"""What was acknowledged stays so, whatever is killed."""

import random
import time

from tests.system import processes
from tests.system.client import ALICE
from tests.system.conftest import MakeServer
from tests.system.server import Server
from tests.system.traffic import Told, check_again, crowd

SECONDS = 30
PEOPLE = [ALICE, "bob", ALICE, "bob", ALICE, "bob"]


def kill_workers(server: Server, seconds: float) -> int:
    """Every second SIGKILL to a worker that serves, if one does; how many were killed."""
    killed, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1)
        serving = list(server.serving().values())
        if serving:
            processes.kill(random.choice(serving))
            killed += 1
    return killed


def test_kill_9(make_server: MakeServer) -> None:
    """No acknowledged login is lost and no acknowledged logout comes back: while a worker is
    killed every second, afterwards, and after everything was killed and started again."""
    server = make_server().start()
    with crowd(server, PEOPLE) as everybody:
        killed = kill_workers(server, SECONDS)
    told = Told()
    for each in everybody:
        told.add(each)
    print(
        f"\n{killed} workers killed in {SECONDS} s: {len(told.alive) + len(told.ended)} "
        f"acknowledged logins, {len(told.ended)} logouts; {told.broken} requests without an "
        f"answer, refused {told.statuses}; longest gap {told.longest_gap:.2f} s"
    )
    during = (len(told.lost), len(told.came_back))
    after = check_again(server, told)
    server.kill_all()
    server.start()
    restarted = check_again(server, told)
    print(f"(lost, came back): during {during}, afterwards {after}, after a restart {restarted}")
    assert (during, after, restarted) == ((0, 0),) * 3
    assert killed >= SECONDS // 3
    assert len(told.alive) + len(told.ended) >= 30
    assert set(told.statuses) <= {503}, told.statuses
