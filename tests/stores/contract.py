"""What the conformance suites share: coroutines brought to their results, and a place for files."""

import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from attrs import define
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

T = TypeVar("T")
#: A moment in 2033: a backend that expires rows by its own clock keeps what the tests save.
NOW = 2_000_000_000.0
#: For state machines: each step may wait for a disk.
MODEL = settings(max_examples=40, stateful_step_count=25, deadline=None)


class Runner(Protocol):
    """Brings a coroutine to its result."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which must not wait; raises what it raises."""
    results: list[T] = []
    errors: list[BaseException] = []
    Deferred.fromCoroutine(work).addCallbacks(results.append, lambda f: errors.append(f.value))
    if errors:
        raise errors[0]
    return results[0]


@define
class _Running:
    by: Runner = at_once


_running = _Running()


def result(work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, by the runner of the test that runs now."""
    return _running.by(work)


def run_model(make: Callable[[], RuleBasedStateMachine]) -> None:
    """Run the state machines that *make* makes, each a store beside a model of it."""
    # Any factory will do, though the annotation asks for a class.
    run_state_machine_as_test(cast(Any, make), settings=MODEL)


class StoreCase(SynchronousTestCase):
    """A test of a store, with a directory of its own."""

    #: What brings the store's coroutines to their results.
    runner: Runner = staticmethod(at_once)

    def setUp(self) -> None:
        self.addCleanup(setattr, _running, "by", _running.by)
        _running.by = self.runner
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.made = 0

    def fresh_path(self) -> Path:
        """A file that does not exist yet."""
        self.made += 1
        return self.directory / f"{self.made}.db"
