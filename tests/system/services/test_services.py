"""The servers that other tests lean on: each starts, fails and comes back as it is said to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import processes
from tests.system.services.certificates import Certificates
from tests.system.services.cluster import Cluster
from tests.system.services.redis import RedisServer
from tests.system.services.resp import Connection, Refused
from tests.system.services.sentinel import Trio
from tests.system.waiting import until

# A server started by a process that is then killed.
_ABANDONING = """
import os, signal, sys
from pathlib import Path
from tests.system.services.redis import RedisServer
home = Path(sys.argv[1])
with RedisServer(home) as server:
    (home / "pid").write_text(str(server.pid))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where servers run."""
    return tmp_path / "home"


def fill(redis: RedisServer) -> None:
    """Write a hundred megabytes."""
    with redis.connected() as connection:
        for number in range(1000):
            connection.command("SET", number, "x" * 100_000)


def fail_with(redis: RedisServer) -> None:
    """Fail while *redis* runs."""
    with redis:
        raise ZeroDivisionError


# One server


def test_forgets(home: Path) -> None:
    """A server that was killed comes back at the same address with nothing."""
    with RedisServer(home) as redis:
        url = redis.url
        assert redis.command("SET", "key", "value") == "OK"
        redis.restart()
        assert redis.url == url
        assert redis.command("GET", "key") is None
        redis.command("SET", "key", "value")
        assert redis.stop() == 0
        redis.start()
        assert redis.command("GET", "key") is None


def test_remembers(home: Path) -> None:
    """With a log of its own that is written before the answer, it comes back with everything."""
    with RedisServer(home, appendonly="yes", appendfsync="always") as redis:
        for number in range(100):
            redis.command("SET", number, "value")
        redis.restart()
        assert redis.command("DBSIZE") == 100


def test_frozen(home: Path) -> None:
    """A frozen server keeps its connections and answers nothing until it thaws."""
    with RedisServer(home) as redis, redis.connected() as connection:
        redis.freeze()
        connection.send("SET", "key", "value")
        assert not connection.hears(0.3)
        redis.thaw()
        assert connection.read() == "OK"
        redis.freeze()
    assert not redis.is_running


def test_password(home: Path) -> None:
    """Who does not know the password is refused; a new one holds for whoever is connected, too."""
    with RedisServer(home, requirepass="pass/word") as redis:
        assert redis.url == f"redis://:pass%2Fword@127.0.0.1:{redis.port}"
        with Connection(redis.port) as stranger:
            with pytest.raises(Refused) as refused:
                stranger.command("GET", "key")
            assert refused.value.kind == "NOAUTH"
        with redis.connected() as connection:
            redis.change_password("new")
            with pytest.raises(ConnectionError):
                connection.command("GET", "key")
            with Connection(redis.port) as stranger, pytest.raises(Refused, match="WRONGPASS"):
                stranger.command("AUTH", "pass/word")
        redis.restart()
        assert redis.url == f"redis://:new@127.0.0.1:{redis.port}"
        assert redis.command("PING") == "PONG"


def test_users(home: Path) -> None:
    """A user may do what its rules allow, and the default user is off."""
    users = ["default off", "authsrv on >secret ~session:* +@all"]
    with RedisServer(home, login=("authsrv", "secret"), user=users) as redis:
        assert redis.url == f"redis://authsrv:secret@127.0.0.1:{redis.port}"
        assert redis.command("SET", "session:1", "value") == "OK"
        with pytest.raises(Refused, match="NOPERM"):
            redis.command("SET", "other", "value")


def test_tls(home: Path) -> None:
    """With certificates it speaks TLS alone, as somebody whom its authority vouches for."""
    certificates = Certificates.made(home / "certificates")
    with RedisServer(home, tls=certificates) as redis:
        assert redis.url == f"rediss://127.0.0.1:{redis.port}"
        assert redis.command("PING") == "PONG"
        with Connection(redis.port) as plain, pytest.raises(ConnectionError):
            plain.command("PING")


def test_replica(home: Path) -> None:
    """A replica has what its primary has, refuses writes, and can be waited for."""
    with RedisServer(home / "one") as primary:
        place = f"127.0.0.1 {primary.port}"
        with RedisServer(home / "two", replicaof=place) as replica:
            until(lambda: replica.info()["master_link_status"] == "up", 10)
            with primary.connected() as connection:
                connection.command("SET", "key", "value")
                assert connection.command("WAIT", 1, 5000) == 1
            assert replica.command("GET", "key") == "value"
            with pytest.raises(Refused, match="READONLY"):
                replica.command("SET", "key", "other")


def test_full(home: Path) -> None:
    """A server that may not take more memory refuses to write, and still answers and deletes."""
    with RedisServer(home, maxmemory="3mb") as redis:
        with pytest.raises(Refused, match="OOM"):
            fill(redis)
        assert redis.command("STRLEN", 0) == 100_000
        assert redis.command("DEL", 0) == 1


def test_bad_settings(home: Path) -> None:
    """A server that does not start says why, and is not waited for."""
    with pytest.raises(AssertionError, match="no-such-thing"):
        RedisServer(home, no_such_thing="1").start()


def test_ends(home: Path) -> None:
    """Nothing is left when a test fails, nor when the process that runs the tests is killed."""
    redis = RedisServer(home)
    with pytest.raises(ZeroDivisionError):
        fail_with(redis)
    assert processes.is_gone(redis.pid)
    abandoned = home / "abandoned"
    command = [sys.executable, "-c", _ABANDONING, str(abandoned)]
    around = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    killed = subprocess.run(command, env=around, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    pid = int((abandoned / "pid").read_text())
    until(lambda: not processes.runs_in(pid, abandoned), 10)


# Several


def test_failover(home: Path) -> None:
    """Sentinels make the replica the primary, twice, and whoever was it comes back as a replica."""
    with Trio(home, password="secret") as trio:
        where = ",".join(each.address for each in trio.sentinels)
        assert trio.url == f"redis+sentinel://:secret@{where}/main"
        first, second = trio.primary(), trio.replica()
        for old, new in ((first, second), (second, first)):
            with old.connected() as connection:
                connection.command("INCR", "count")
                assert connection.command("WAIT", 1, 5000) == 1
            assert trio.kill_primary() is old
            assert trio.wait_failed_over(old) is new
            assert trio.primary() is new
            trio.revive(old)
            assert trio.replica() is old
            assert old.info("replication")["master_port"] == str(new.port)
        assert first.command("GET", "count") == second.command("GET", "count") == "2"


def test_frozen_primary(home: Path) -> None:
    """A primary that is frozen is replaced by one of two, and corrected when it thaws."""
    with Trio(home, replicas=2) as trio:
        old = trio.primary()
        old.freeze()
        new = trio.wait_failed_over(old)
        old.thaw()
        # Until it is told it takes writes that will be lost.
        assert old.command("ROLE")[0] == "master"
        trio.wait_whole()
        assert old.command("ROLE")[0] == "slave"
        assert trio.primary() is new


def test_cluster(home: Path) -> None:
    """Three nodes share the keys, send each other's clients on, and miss one that is killed."""
    with Cluster(home) as cluster:
        assert cluster.url == "redis+cluster://" + ",".join(n.address for n in cluster.nodes[:2])
        owners = {}
        for number in range(30):
            owners[f"key-{number}"] = cluster.owner(f"key-{number}")
            assert cluster.command("SET", f"key-{number}", "value") == "OK"
        assert set(owners.values()) == set(cluster.nodes)
        key, owner = next(iter(owners.items()))
        other = next(each for each in cluster.nodes if each is not owner)
        with pytest.raises(Refused, match=f"MOVED .*:{owner.port}"):
            other.command("GET", key)
        owner.kill()
        cluster.wait_failed()
        with pytest.raises(Refused, match="CLUSTERDOWN"):
            other.command("GET", key)
        owner.start()
        cluster.wait_ok()
        assert owner.command("GET", key) is None
