"""The supervisor's own listeners, on which only operators and their machines ask."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

from authsrv.cluster.ports import adopt
from authsrv.cluster.sockets import Listener
from authsrv.cluster.spare import Spare

#: Their kinds.
ADMIN, CONTROL = "admin", "control"


def is_own(listener: Listener) -> bool:
    """Whether no worker is to have it."""
    return listener.kind in (ADMIN, CONTROL)


@define(eq=False)
class OwnPorts:
    """Those of them that are open; *factories* has what answers on each kind."""

    _reactor: Any
    _factories: Mapping[str, IProtocolFactory]
    _ports: dict[Listener, IListeningPort] = field(factory=dict, init=False)

    def listen(self, listeners: Iterable[Listener]) -> None:
        """Answer on our own of *listeners*, and on no other."""
        wanted = [it for it in listeners if is_own(it)]
        for it in set(self._ports).difference(wanted):
            self._ports.pop(it).stopListening()
        for it in wanted:
            if it not in self._ports:
                descriptor, family = os.dup(it.held.fileno()), int(it.held.family)
                factory = self._factories[it.kind]
                self._ports[it] = adopt(self._reactor, descriptor, family, factory, Spare())

    async def stop(self) -> None:
        """Answer nobody any more."""
        for port in self._ports.values():
            await maybeDeferred(port.stopListening)
