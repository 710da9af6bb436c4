"""Three sentinels, and the primary and its replicas that they watch."""

import contextlib
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.system.services.group import Group
from tests.system.services.redis import START_WITHIN, Option, RedisServer
from tests.system.services.resp import Refused
from tests.system.waiting import until

#: What the sentinels call the service.
NAME = "main"
_SENTINELS = 3
_QUORUM = 2
# Milliseconds.  Who is whose replica is asked every second, not every ten; a sentinel that did not
# get to run for two seconds distrusts its clock for as long, not for thirty.
_HURRY = ("INFO-PERIOD", 1000, "TILT-PERIOD", 2000)


class Trio(Group):
    """Three sentinels over one primary and *replicas*; all servers are made with *options*.

    A primary counts as down after a second of silence, which the sentinels must agree on.
    """

    def __init__(
        self, home: Path, replicas: int = 1, password: str = "", **options: Option
    ) -> None:
        if password:
            options |= {"requirepass": password, "masterauth": password}
        self.servers = [RedisServer(home / f"redis-{n}") for n in range(replicas + 1)]
        for each in self.servers:
            each.configure(**options)
        for each in self.servers[1:]:
            each.configure(replicaof=_place(self.servers[0]))
        self.sentinels = [
            RedisServer(home / f"sentinel-{n}", mode=["--sentinel"]) for n in range(_SENTINELS)
        ]
        super().__init__([*self.sentinels, *self.servers])
        self._acquaint(password)

    @property
    def url(self) -> str:
        """The address as a setting has it: the sentinels, and the service's name."""
        where = ",".join(each.address for each in self.sentinels)
        return f"redis+sentinel://{self.servers[0].credentials}{where}/{NAME}"

    # Who is what

    def primary(self) -> RedisServer:
        """The one that most sentinels name."""
        named = Counter(self._named())
        port, votes = named.most_common(1)[0]
        assert votes >= _QUORUM, named
        return next(each for each in self.servers if each.port == port)

    def replica(self) -> RedisServer:
        """One that answers and is not the primary."""
        primary = self.primary()
        return next(each for each in self._answering() if each is not primary)

    # Failing over

    def kill_primary(self) -> RedisServer:
        """SIGKILL to the primary; which server it was."""
        old = self.primary()
        old.kill()
        return old

    def wait_failed_over(self, old: RedisServer, within: float = 60.0) -> RedisServer:
        """Wait until all sentinels name the same primary instead of *old*, and all follow it."""

        def is_done() -> bool:
            named = set(self._named())
            return len(named) == 1 and old.port not in named and self._all_follow()

        until(is_done, within, self._why)
        return self.primary()

    def revive(self, old: RedisServer, *, unchanged: bool = False) -> RedisServer:
        """Start *old*, which is dead, as a replica of today's primary; wait until it follows.

        *unchanged*: with the settings it died with.  It then takes itself for the primary until
        the sentinels correct it, after eight seconds at the earliest.
        """
        if not unchanged:
            old.configure(replicaof=_place(self.primary()))
        old.start()
        self.wait_whole()
        return old

    def wait_whole(self, within: float = 60.0) -> None:
        """Wait until all that answer follow one primary, and the sentinels could fail over again.

        A server that they correct closes all connections, the one of whoever asks it, too.
        """
        until(self._is_whole, within, self._why)

    # Starting and ending

    def _acquaint(self, password: str) -> None:
        # They would find each other by themselves, which takes seconds.
        identity = {each.port: secrets.token_hex(20) for each in self.sentinels}
        first, *others = self.servers
        shared = [
            f"monitor {NAME} {_place(first)} {_QUORUM}",
            f"down-after-milliseconds {NAME} 1000",
            f"failover-timeout {NAME} 3000",
            *([f"auth-pass {NAME} {password}"] if password else []),
            *(f"known-replica {NAME} {_place(each)}" for each in others),
        ]
        for one in self.sentinels:
            known = [
                f"known-sentinel {NAME} {_place(each)} {identity[each.port]}"
                for each in self.sentinels
                if each is not one
            ]
            one.configure(sentinel=[f"myid {identity[one.port]}", *shared, *known])

    def _start(self) -> None:
        for group in (self.servers, self.sentinels):
            for each in group:
                each.spawn()
            for each in group:
                each.wait_up()
        for each in self.sentinels:
            each.command("SENTINEL", "DEBUG", *_HURRY)
        self.wait_whole(START_WITHIN)

    # What they say

    def _answering(self) -> list[RedisServer]:
        return [each for each in self.servers if each.is_running and not each.is_frozen]

    def _watching(self) -> list[RedisServer]:
        return [each for each in self.sentinels if each.is_running and not each.is_frozen]

    def _named(self) -> Iterator[int]:
        for each in self._watching():
            _, port = each.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
            yield int(port)

    def _all_follow(self) -> bool:
        """Whether the primary knows that it is one, and all others that answer follow it."""
        with contextlib.suppress(OSError, Refused):
            primary = self.primary()
            others = [each for each in self._answering() if each is not primary]
            return bool(primary.command("ROLE")[0] == "master") and all(
                _follows(each, primary) for each in others
            )
        return False

    def _is_whole(self) -> bool:
        """The same, and every sentinel knows all of them: it could fail over again."""
        replicas = len(self._answering()) - 1
        return self._all_follow() and all(
            self._is_sure(each, replicas) for each in self._watching()
        )

    def _is_sure(self, sentinel: RedisServer, replicas: int) -> bool:
        """Whether *sentinel* is connected with the others, the primary and its *replicas*."""
        state = _fields(sentinel.command("SENTINEL", "MASTER", NAME))
        peers = map(_fields, sentinel.command("SENTINEL", "SENTINELS", NAME))
        known = map(_fields, sentinel.command("SENTINEL", "REPLICAS", NAME))
        linked = [each for each in known if _is_fine(each) and each["master-link-status"] == "ok"]
        peers_fine = sum(map(_is_fine, peers)) == len(self._watching()) - 1
        return _is_fine(state) and peers_fine and len(linked) == replicas


def _place(server: RedisServer) -> str:
    return f"127.0.0.1 {server.port}"


def _follows(server: RedisServer, primary: RedisServer) -> bool:
    role = server.command("ROLE")
    return bool(role[0] == "slave" and role[2] == primary.port and role[3] == "connected")


def _is_fine(fields: dict[str, str]) -> bool:
    # What else may stand there is said for a while after a failover.
    return not {"s_down", "disconnected"} & set(fields["flags"].split(","))


def _fields(flat: list[Any]) -> dict[str, str]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
