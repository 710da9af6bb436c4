"""Takes what is broken out of the settings, so that the rest can be looked at as well."""

from collections.abc import Set
from typing import Any

from pydantic_core import ErrorDetails

from authsrv.settings.locate import KeyPath


def dropped(error: ErrorDetails) -> KeyPath:
    """What must go for the rest to be valid: an element of a list goes whole."""
    at = error["loc"]
    numbers = [index for index, part in enumerate(at) if isinstance(part, int)]
    if numbers:
        return at[: numbers[0] + 1]
    # What is missing cannot go; what should have it can.
    return at[:-1] or at if error["type"] == "missing" else at


def without(value: Any, broken: Set[KeyPath], at: KeyPath = ()) -> Any:
    """*value*, which stands *at* a key, without all that is *broken*."""
    if isinstance(value, dict):
        kept = {name: (*at, name) for name in value if (*at, name) not in broken}
        return {name: without(value[name], broken, below) for name, below in kept.items()}
    if isinstance(value, list):
        return [each for number, each in enumerate(value) if (*at, number) not in broken]
    return value


def as_written(at: KeyPath, broken: Set[KeyPath]) -> KeyPath:
    """*at*, whose number counts what was left of a list, as the list was written."""
    for index, number in enumerate(at):
        if isinstance(number, int):
            for gone in sorted(_numbers_below(at[:index], broken)):
                number += gone <= number
            return (*at[:index], number, *at[index + 1 :])
    return at


def _numbers_below(above: KeyPath, broken: Set[KeyPath]) -> list[int]:
    return [key[-1] for key in broken if key[:-1] == above and isinstance(key[-1], int)]
