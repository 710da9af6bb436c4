"""A target: a parser of ours, and what must be true whatever it is given."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import TypeVar

from attrs import frozen

from tests.fuzz import targets

T = TypeVar("T")
E = TypeVar("E", bound=Exception)
ROOM = targets.__name__


@frozen
class Target:
    """Calls a parser with bytes and asserts its contract: *run* raises for a defect alone.

    *seeds* are inputs to begin with, *tokens* what to put into them; *longest* is in bytes.
    """

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    longest: int


def target(
    *seeds: bytes, tokens: Iterable[bytes] = (), longest: int = 2048
) -> Callable[[Callable[[bytes], None]], Target]:
    """Make a function that takes bytes a target."""
    return lambda run: Target(run, seeds, tuple(tokens), longest)


def outcome(refused: type[E], parse: Callable[..., T], *arguments: object) -> T | E:
    """What *parse* makes of its arguments, or the error that it may raise."""
    try:
        return parse(*arguments)
    except refused as error:
        return error


def find(name: str) -> Target:
    """The target called *name*, ``module.function``; nothing but its module is imported.

    Raises LookupError.
    """
    module, _, function = name.partition(".")
    if module not in _modules():
        raise LookupError(f"no target is called {name}")
    found = getattr(importlib.import_module(f"{ROOM}.{module}"), function, None)
    if not isinstance(found, Target):
        raise LookupError(f"no target is called {name}")
    return found


def names() -> list[str]:
    """What the targets are called."""
    return [
        f"{module}.{name}"
        for module in _modules()
        for name, value in vars(importlib.import_module(f"{ROOM}.{module}")).items()
        if isinstance(value, Target)
    ]


def _modules() -> list[str]:
    return [each.name for each in pkgutil.iter_modules(targets.__path__)]
