"""Servers that are of use together only."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.system.services.redis import RedisServer


class Group(ABC):
    """All *members* run during the block; if one does not start, and afterwards, none does."""

    def __init__(self, members: Sequence[RedisServer]) -> None:
        self._members = members

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    @abstractmethod
    def _start(self) -> None:
        """Start them, and wait until they work together."""

    def _end(self) -> None:
        for each in self._members:
            each.kill()

    def _why(self) -> str:
        """What they have said last."""
        return "\n".join(each.log()[-2000:] for each in self._members)
