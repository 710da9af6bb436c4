"""How far a long work is: a bar on a terminal, now and then a line elsewhere."""

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import click
from attrs import define, field

#: Without a terminal, so many lines for each kind of thing at most.
_LINES = 10


@define
class Progress:
    """Told what is done; writes on standard error, so that what is printed stays a table."""

    is_terminal: bool
    _stack: ExitStack = field(factory=ExitStack, init=False)
    _kind: str = field(default="", init=False)
    _bar: Any = field(default=None, init=False)
    _lines: int = field(default=0, init=False)

    def __call__(self, kind: str, done: int, total: int) -> None:
        """Of this *kind* so many are *done*; *total* is a guess, for it may grow meanwhile."""
        if kind != self._kind:
            self._begin(kind, total)
        if self._bar is not None:
            self._bar.update(max(0, min(done, total) - self._bar.pos))
        elif done < total and done * _LINES // total > self._lines:
            self._lines = done * _LINES // total
            click.echo(f"{kind}: {done} of {total}", err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _begin(self, kind: str, total: int) -> None:
        self._stack.close()
        self._kind, self._bar, self._lines = kind, None, 0
        if self.is_terminal and total:
            bar = click.progressbar(length=total, label=kind, file=sys.stderr)
            self._bar = self._stack.enter_context(bar)
