"""Which connections are let in: at most so many in all, and so many from one address."""

from typing import Protocol

from authsrv.core.peers import UNIX, Trust, throttle_key


class Counts(Protocol):
    """How many of each key there are, over all workers."""

    def add(self, key: str) -> None:
        """There is one more."""

    def remove(self, key: str) -> None:
        """There is one less."""

    def count(self, key: str) -> int:
        """How many there are."""


class Admission:
    """Counts the connections of one worker, and with *counts* those from each address.

    IPv6 addresses of one /64 are one; a proxy that *trust* covers may bring as many as it likes.
    """

    def __init__(self, counts: Counts, trust: Trust, most: int, most_per_address: int) -> None:
        self._counts = counts
        self._trust = trust
        self._most = most
        self._most_per_address = most_per_address
        self._open = 0

    def enter(self, address: str) -> str | None:
        """Let a connection from *address* in; or the limit that it would exceed."""
        if self._open >= self._most:
            return "connections"
        key = self._key(address)
        if key is not None:
            # Counted first: of two workers that look at the same moment one at least sees both.
            self._counts.add(key)
            if self._counts.count(key) > self._most_per_address:
                self._counts.remove(key)
                return "connections_per_address"
        self._open += 1
        return None

    def leave(self, address: str) -> None:
        """One that was let in has gone."""
        self._open -= 1
        key = self._key(address)
        if key is not None:
            self._counts.remove(key)

    def _key(self, address: str) -> str | None:
        if address == UNIX or self._trust.covers(address):
            return None
        return throttle_key(address)
