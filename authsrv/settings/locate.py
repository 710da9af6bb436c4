"""In which line of a TOML text each key stands, for messages.

This reads only texts that :mod:`tomllib` has accepted, so it never has to judge: it walks over
tokens and notes where keys and the elements of lists begin.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping

from attrs import define, field, frozen

#: A key's way from the top: names, and numbers for elements of lists.
KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<newline> \n )
    | (?P<space>   [ \t\r]+ | \#[^\n]* )
    | (?P<text>    \"{3} (?: [^"\\] | \\. | \"{1,2}(?!\") )* \"{3,5}
                 | '{3} (?: [^'] | '{1,2}(?!') )* '{3,5}
                 | \" (?: [^"\\\n] | \\. )* \"
                 | ' [^'\n]* ' )
    | (?P<mark>    [\[\]{},=.] )
    | (?P<bare>    [^\s\[\]{},=.\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


@frozen
class _Token:
    text: str
    line: int

    @property
    def name(self) -> str:
        """What the token says as a part of a key."""
        if self.text[0] in "\"'":
            return str(tomllib.loads(f"x = {self.text}")["x"])
        return self.text


def locate(text: str) -> Mapping[KeyPath, int]:
    """The line, counted from 1, of every key, table and element of a list in *text*."""
    walk = _Walk(list(_tokens(text)))
    walk.document()
    return walk.lines


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield _Token(match[0], line)
        line += match[0].count("\n")


@define
class _Walk:
    """One pass over the tokens; *at* is the next one."""

    tokens: list[_Token]
    at: int = 0
    lines: dict[KeyPath, int] = field(factory=dict)
    #: How many tables each ``[[list of tables]]`` has so far.
    tables: dict[KeyPath, int] = field(factory=dict)

    def document(self) -> None:
        section: KeyPath = ()
        while self._skip_newlines():
            if self._next() == "[":
                section = self._header()
            else:
                self._pair(section)

    def _header(self) -> KeyPath:
        self.at += 1
        many = self._next() == "["
        self.at += many
        path = self._key(())
        self.at += 1 + many
        return self._one_more(path) if many else path

    def _one_more(self, path: KeyPath) -> KeyPath:
        number = self.tables.get(path, 0)
        self.tables[path] = number + 1
        self.lines[*path, number] = self.tokens[self.at - 1].line
        return (*path, number)

    def _key(self, path: KeyPath) -> KeyPath:
        # A name in the way of a list of tables means the last of them.
        while True:
            token = self.tokens[self.at]
            path = (*path, token.name)
            self.lines.setdefault(path, token.line)
            self.at += 1
            if self._next() != ".":
                return path
            self.at += 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)

    def _pair(self, section: KeyPath) -> None:
        path = self._key(section)
        self.at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        match self._next():
            case "[":
                self._list(path)
            case "{":
                self._inline_table(path)
            case _:
                # A number or a date may be several tokens: 1.5, 1979-05-27 07:32:00.
                while self._next() not in ("\n", ",", "]", "}", ""):
                    self.at += 1

    def _list(self, path: KeyPath) -> None:
        self.at += 1
        number = 0
        while self._skip_newlines() and self._next() != "]":
            self.lines[*path, number] = self.tokens[self.at].line
            self._value((*path, number))
            number += 1
            self._skip_comma()
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._skip_newlines() and self._next() != "}":
            self._pair(path)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip_newlines()
        self.at += self._next() == ","

    def _skip_newlines(self) -> bool:
        """Go to the next token that is no line's end; whether there is one."""
        while self._next() == "\n":
            self.at += 1
        return self._next() != ""

    def _next(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""
