"""The names of all settings, and which of them somebody may have meant."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import get_args

from pydantic import BaseModel

from authsrv.settings.locate import KeyPath
from authsrv.settings.model import Settings
from authsrv.settings.values import Rate
from authsrv.settings.wrong import printable

#: In the model, but chosen on the command line and not in the settings.
DEVELOPMENT = ("development",)
_LONGEST_GUESS = 100


@cache
def known_keys() -> tuple[tuple[str, ...], ...]:
    """Every key and section that may be written; those in lists of tables have no number."""
    return tuple(key for key in _keys(Settings, ()) if key != DEVELOPMENT)


def _keys(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (*above, name)
        for kind in (field.annotation, *get_args(field.annotation)):
            # A rate is written as one value.
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Rate:
                yield from _keys(kind, (*above, name))


def nearest(at: KeyPath) -> tuple[str, ...]:
    """The known key that looks most like *at*, one of the same section if that is as like."""
    names = tuple(str(part).lower()[:_LONGEST_GUESS] for part in at if isinstance(part, str))

    def likeness(key: tuple[str, ...]) -> float:
        own = SequenceMatcher(None, key[-1], names[-1]).ratio()
        whole = SequenceMatcher(None, dotted(key), ".".join(names)).ratio()
        return 3 * own + whole + 0.5 * (key[:-1] == names[:-1])

    return max(known_keys(), key=likeness)


def dotted(at: KeyPath) -> str:
    """*at* as people write it; which element of a list is meant, the line says."""
    names = [part for part in at if isinstance(part, str)]
    return ".".join(name if _is_bare(name) else f'"{printable(name)}"' for name in names)


def _is_bare(name: str) -> bool:
    return name.isascii() and name.replace("_", "").replace("-", "").isalnum()
