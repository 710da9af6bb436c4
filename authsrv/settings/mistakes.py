"""Mistakes in the settings: where each stands, what is wrong, how to write it right."""

from collections.abc import Iterable, Mapping

from attrs import frozen
from pydantic_core import ErrorDetails

from authsrv.core.errors import AuthsrvError
from authsrv.settings.keys import dotted, nearest
from authsrv.settings.locate import KeyPath
from authsrv.settings.wrong import Wrong, printable, shown

_EXAMPLES = {
    "public_url": 'public_url = "https://login.example.com"',
    "certificate": 'certificate = "certs/localhost.pem"',
    "key": 'key = "certs/localhost.key"',
    "attempts": "attempts = 5",
    "window": 'window = "15m"',
}
_TYPES = {
    "string_type": ("is not text", "put it in quotes"),
    "string_unicode": ("is not UTF-8 text", "write plain text"),
    "int_type": ("is not a whole number", "write it like 15, without quotes"),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "tuple_type": ("is not a list", 'write it in brackets, like ["..."]'),
    "model_type": ("is not a table of keys", "write its keys below a [section] or in {...}"),
}


@frozen
class Origin:
    """Where a value was written: a *name* (of a file, a variable), and the line in a file."""

    name: str
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"


@frozen
class Mistake:
    """One thing to put right.  *key* is empty when the origin's name says it, or there is none."""

    origin: Origin
    key: str
    what: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.origin}: {self.key}" if self.key else str(self.origin)
        return f"{printable(place)}: {self.what}; {self.fix}"


class SettingsError(AuthsrvError):
    """The settings cannot be used: *mistakes* are all there are.  Prints one a line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def place(at: KeyPath, origins: Mapping[KeyPath, Origin]) -> tuple[Origin, str]:
    """Where the key *at* was written, or the nearest thing around it, and the key to name."""
    for length in range(len(at), 0, -1):
        origin = origins.get(at[:length])
        if origin is not None:
            return origin, "" if origin.line is None else dotted(at)
    return origins[()], dotted(at)


def explain(error: ErrorDetails) -> Wrong:
    """What pydantic found, in our words: its own name types of Python."""
    at, value, kind = error["loc"], error["input"], error["type"]
    facts = error.get("ctx", {})
    if kind in _TYPES:
        what, fix = _TYPES[kind]
        return Wrong(f"{shown(value)} {what}", fix)
    match kind:
        case "value_error" if isinstance(facts["error"], Wrong):
            return facts["error"]
        case "extra_forbidden":
            return Wrong("is not a setting", f"did you mean {dotted(nearest(at))}?")
        case "missing":
            return Wrong("is missing", f"write {_EXAMPLES.get(str(at[-1]), 'it')}")
        case "greater_than_equal":
            return Wrong(f"{shown(value)} is too small", f"write {facts['ge']} or more")
        case "less_than_equal":
            return Wrong(f"{shown(value)} is too large", f"write {facts['le']} or less")
        case "literal_error":
            return Wrong(f"{shown(value)} is not known", f"write {facts['expected']}")
    return Wrong(printable(error["msg"]), "see the reference of settings")
