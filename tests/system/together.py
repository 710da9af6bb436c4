"""Doing things at the same moment."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
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
