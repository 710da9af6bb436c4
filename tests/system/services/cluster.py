"""A cluster of three primaries, which share the slots."""

import contextlib
from pathlib import Path
from typing import Any

from tests.system.services.group import Group
from tests.system.services.redis import START_WITHIN, Option, RedisServer
from tests.system.services.resp import Refused, Word
from tests.system.settings import free_port
from tests.system.waiting import until

SLOTS = 16384
_NODES = 3


class Cluster(Group):
    """Three servers without replicas, all made with *options*: who loses one loses its slots."""

    def __init__(self, home: Path, **options: Option) -> None:
        # The port of its own between the nodes is 10,000 higher unless said: among those that the
        # kernel gives to clients.
        self._buses = [free_port() for _ in range(_NODES)]
        self.nodes = [RedisServer(home / f"node-{number}") for number in range(_NODES)]
        super().__init__(self.nodes)
        for each, bus in zip(self.nodes, self._buses, strict=True):
            each.configure(
                cluster_enabled="yes",
                cluster_node_timeout="1000",
                cluster_port=str(bus),
                **options,
            )

    @property
    def url(self) -> str:
        """The address as a setting has it: two nodes, who know the third."""
        where = ",".join(each.address for each in self.nodes[:2])
        return f"redis+cluster://{self.nodes[0].credentials}{where}"

    def owner(self, key: str) -> RedisServer:
        """The node that has *key*, if all run."""
        slot = self.nodes[0].command("CLUSTER", "KEYSLOT", key)
        return next(
            node
            for number, node in enumerate(self.nodes)
            if _first(number) <= slot < _first(number + 1)
        )

    def command(self, name: str, key: str, *words: Word) -> Any:
        """The answer to a command about *key*, of the node that has it."""
        return self.owner(key).command(name, key, *words)

    def wait_ok(self, within: float = START_WITHIN) -> None:
        """Wait until every node says that all are there, with all slots."""
        until(lambda: all(map(_is_ok, self.nodes)), within, self._why)

    def wait_failed(self, within: float = START_WITHIN) -> None:
        """Wait until every node that runs has noticed that slots are missing."""
        alive = [each for each in self.nodes if each.is_running and not each.is_frozen]
        until(lambda: all(_state(each) == "fail" for each in alive), within, self._why)

    def _start(self) -> None:
        for each in self.nodes:
            each.spawn()
        for number, each in enumerate(self.nodes):
            each.wait_up()
            each.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            each.command("CLUSTER", "ADDSLOTSRANGE", _first(number), _first(number + 1) - 1)
        for each, bus in zip(self.nodes[1:], self._buses[1:], strict=True):
            self.nodes[0].command("CLUSTER", "MEET", "127.0.0.1", each.port, bus)
        self.wait_ok()


def _first(number: int) -> int:
    """The first slot of a node."""
    return SLOTS * number // _NODES


def _state(node: RedisServer) -> str:
    with contextlib.suppress(OSError, Refused):
        return _told(node)["cluster_state"]
    return ""


def _is_ok(node: RedisServer) -> bool:
    with contextlib.suppress(OSError, Refused):
        told = _told(node)
        names = ("cluster_state", "cluster_slots_ok", "cluster_size")
        return [told[name] for name in names] == ["ok", str(SLOTS), str(_NODES)]
    return False


def _told(node: RedisServer) -> dict[str, str]:
    lines = [line.partition(":") for line in node.command("CLUSTER", "INFO").splitlines()]
    return {name: value for name, _, value in lines}
