"""Doing things at the same time."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def all_at_once(work: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """*work* for each of *items*, each in a thread of its own, begun together."""
    wanted = list(items)
    gate = threading.Barrier(len(wanted))

    def begin(item: A) -> B:
        gate.wait(30)
        return work(item)

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(begin, wanted))


@contextmanager
def meanwhile(stop: threading.Event, works: Iterable[Callable[[], object]]) -> Iterator[None]:
    """During the block each of *works* goes on in a thread of its own; its end sets *stop*."""
    with ExitStack() as stack:
        for work in works:
            thread = threading.Thread(target=work)
            thread.start()
            stack.callback(thread.join)
            # Before each join: those that run shall end, too, if another cannot be started.
            stack.callback(stop.set)
        yield
