"""Which listening sockets the supervisor holds, and how that changes with the settings."""

from collections.abc import Callable, Iterable, Sequence

from attrs import define, evolve, field

from authsrv.cluster.sockets import Listener

# (kind, address as it stands in the settings)
Wanted = Sequence[tuple[str, str]]


@define(eq=False)
class Holdings:
    """The sockets that are held; *open* opens more, all or none, or raises CannotStart."""

    _open: Callable[[Iterable[tuple[str, str]]], list[Listener]]
    listeners: list[Listener] = field(factory=list)

    def open(self, wanted: Wanted) -> list[Listener]:
        """What is to be held for *wanted*: what is held already, and the rest, opened now.

        Nothing changes until :meth:`keep`.  An address that stays keeps its socket, and with it
        whoever waits to be accepted, even if something else is served there now.
        """
        held = {it.asked for it in self.listeners}
        opened = self._open([(kind, asked) for kind, asked in wanted if asked not in held])
        return [
            evolve(it, kind=kind)
            for kind, asked in wanted
            for it in (*self.listeners, *opened)
            if it.asked == asked
        ]

    def keep(self, listeners: list[Listener]) -> None:
        """Hold *listeners*, and close what is not among them."""
        self._close_others(self.listeners, listeners)
        self.listeners = listeners

    def abandon(self, listeners: list[Listener]) -> None:
        """Close what was opened for *listeners*, which nobody wants after all."""
        self._close_others(listeners, self.listeners)

    def close(self, chosen: Callable[[Listener], bool] = lambda _: True) -> None:
        """Close what is *chosen*."""
        self.keep([it for it in self.listeners if not chosen(it)])

    def _close_others(self, listeners: list[Listener], but: list[Listener]) -> None:
        staying = {id(it.held) for it in but}
        for it in listeners:
            if id(it.held) not in staying:
                it.close()
