"""Where settings come from, one upon the other: the file, the environment, the command line.

Each value remembers its origin, so that a mistake is named where it was made.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from authsrv.settings.keys import DEVELOPMENT, known_keys, nearest
from authsrv.settings.locate import KeyPath, locate
from authsrv.settings.mistakes import Mistake, Origin
from authsrv.settings.wrong import printable

PREFIX = "AUTHSRV_"
_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_NOT_HERE = "is not a setting"
_USE_OPTION = "start with: twistd authsrv --development"


@define
class Sources:
    """What has been read so far: *data* as in the file, *origins* by key, and *mistakes*."""

    data: dict[str, Any] = field(factory=dict)
    origins: dict[KeyPath, Origin] = field(factory=lambda: {(): Origin("settings")})
    mistakes: list[Mistake] = field(factory=list)

    def read_file(self, path: Path) -> bool:
        """Begin with the TOML file *path*; whether it could be read."""
        name = str(path)
        self.origins[()] = Origin(name, 1)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            self._wrong(Origin(name), "", why, "give another file, or make one: authsrv init")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._wrong(Origin(name, line), "", "is not UTF-8 text", "save the file as UTF-8")
        else:
            return self._parse(name, text)
        return False

    def _parse(self, name: str, text: str) -> bool:
        try:
            self.data = tomllib.loads(text)
            lines = locate(text)
        except RecursionError:
            self._wrong(Origin(name), "", "is nested too deeply", "write fewer brackets")
        except ValueError as error:
            # Also what int() says of thousands of digits, without a line.
            self._wrong(*_syntax(name, text, str(error)))
        else:
            self.origins |= {at: Origin(name, line) for at, line in lines.items()}
            if self.data.pop("development", None) is not None:
                where = self.origins[DEVELOPMENT]
                self._wrong(where, "development", _NOT_HERE, _USE_OPTION)
            return True
        return False

    def read_environment(self, environ: Mapping[str, str]) -> None:
        """Let every ``AUTHSRV_SECTION__KEY`` stand for the key it names."""
        for name in sorted(environ):
            if not name.startswith(PREFIX):
                continue
            key = tuple(name.removeprefix(PREFIX).lower().split("__"))
            if key in known_keys() and name.isupper():
                self.put(key, parse_variable(environ[name]), Origin(name))
            elif key == DEVELOPMENT:
                self._wrong(Origin(name), "", _NOT_HERE, _USE_OPTION)
            else:
                fix = f"did you mean {variable(nearest(key))}?"
                self._wrong(Origin(name), "", _NOT_HERE, fix)

    def read_overrides(self, overrides: Mapping[str, object]) -> None:
        """Let what the command line says stand above all: dotted keys; None says nothing."""
        for name, value in overrides.items():
            if value is not None:
                self.put(tuple(name.split(".")), value, Origin(name))

    def put(self, key: tuple[str, ...], value: object, origin: Origin) -> None:
        """Set *key*.  Where a section should be and is none, that stays, to be complained of."""
        section: Any = self.data
        for name in key[:-1]:
            section = section.setdefault(name, {})
            if not isinstance(section, dict):
                return
        section[key[-1]] = value
        for at in [at for at in self.origins if at[: len(key)] == key]:
            del self.origins[at]
        self.origins[key] = origin

    def _wrong(self, origin: Origin, key: str, what: str, fix: str) -> None:
        self.mistakes.append(Mistake(origin, key, what, fix))


def variable(key: tuple[str, ...]) -> str:
    """The name of the variable that stands for *key*."""
    return PREFIX + "__".join(key).upper()


def parse_variable(text: str) -> object:
    """The value in a variable: TOML or JSON where it is either, else the text itself."""
    try:
        parsed = tomllib.loads(f"x = {text}")
    except (ValueError, RecursionError):
        return _json_or_text(text)
    # More than one key: the text had lines of its own.
    return parsed["x"] if len(parsed) == 1 else text


def _json_or_text(text: str) -> object:
    try:
        return json.loads(text) if text.lstrip().startswith(("[", "{")) else text
    except (ValueError, RecursionError):
        return text


def _syntax(name: str, text: str, message: str) -> tuple[Origin, str, str, str]:
    found = _LINE.search(message)
    last = len(text.rstrip("\n").split("\n"))
    line = None if found is None else int(found[1] or last)
    what = printable(_LINE.sub("", message))
    return Origin(name, line), "", f"this is not TOML: {what}", "put this line right first"
