"""Somebody who has posted a notice, and waits for all who were told."""

import asyncio

from attrs import define, field


@define(eq=False)
class Waiting:
    """Who has confirmed, who is still to, and whether that is all."""

    confirmed: set[bytes] = field(factory=set)
    missing: set[bytes] | None = None
    done: asyncio.Event = field(factory=asyncio.Event)

    def expect(self, members: set[bytes]) -> None:
        """These were told."""
        self.missing = members - self.confirmed
        self._look()

    def confirm(self, member: bytes) -> None:
        """*member* has heeded it, perhaps before we know that it was told."""
        self.confirmed.add(member)
        if self.missing is not None:
            self.missing.discard(member)
            self._look()

    def _look(self) -> None:
        if not self.missing:
            self.done.set()
