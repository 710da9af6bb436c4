"""Which listening sockets are held."""

from collections.abc import Iterable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.holdings import Holdings
from authsrv.cluster.sockets import Listener


class _Socket:
    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class HoldingsTests(SynchronousTestCase):
    """They change as a whole, or not at all."""

    def setUp(self) -> None:
        self.sockets: dict[str, list[Any]] = {}
        self.holdings = Holdings(self.open)
        self.holdings.keep(self.holdings.open([("https", "a"), ("http", "b")]))

    def open(self, wanted: Iterable[tuple[str, str]]) -> list[Listener]:
        asked = list(wanted)
        if ("https", "taken") in asked:
            raise CannotStart("taken")
        found = []
        for kind, address in asked:
            # systemd may hand over several of one name.
            for _ in range(2 if address == "systemd:x" else 1):
                made: Any = _Socket()
                self.sockets.setdefault(address, []).append(made)
                found.append(Listener(kind, address, address, made))
        return found

    @property
    def open_now(self) -> dict[str, int]:
        found = {key: sum(it.is_open for it in made) for key, made in self.sockets.items()}
        return {key: count for key, count in found.items() if count}

    def test_changed(self) -> None:
        """What stays keeps its socket, what is new is opened, what is gone is closed."""
        listeners = self.holdings.open([("https", "a"), ("https", "c")])
        self.assertEqual(self.open_now, {"a": 1, "b": 1, "c": 1})
        self.holdings.keep(listeners)
        self.assertEqual(self.open_now, {"a": 1, "c": 1})
        self.assertEqual(len(self.sockets["a"]), 1)

    def test_another_kind(self) -> None:
        """Something else may be served at an address that stays."""
        (listener,) = self.holdings.open([("https", "b")])
        self.assertEqual(listener.kind, "https")
        self.assertIs(listener.held, self.sockets["b"][0])

    def test_abandoned(self) -> None:
        """What was opened for nothing is closed again; what was held is held."""
        self.holdings.abandon(self.holdings.open([("https", "a"), ("https", "c")]))
        self.assertEqual(self.open_now, {"a": 1, "b": 1})

    def test_refused(self) -> None:
        """If one cannot be had, nothing has changed."""
        with self.assertRaises(CannotStart):
            self.holdings.open([("https", "c"), ("https", "taken")])
        self.assertEqual(self.open_now, {"a": 1, "b": 1})

    def test_several(self) -> None:
        """An address with several sockets is one."""
        listeners = self.holdings.open([("https", "systemd:x")])
        self.assertEqual(len(listeners), 2)
        self.holdings.keep(listeners)
        self.assertEqual(len(self.holdings.open([("https", "systemd:x")])), 2)
        self.assertEqual(self.open_now, {"systemd:x": 2})

    def test_close(self) -> None:
        """Some are closed, or all."""
        self.holdings.close(lambda it: it.kind == "http")
        self.assertEqual(self.open_now, {"a": 1})
        self.holdings.close()
        self.assertEqual(self.open_now, {})
