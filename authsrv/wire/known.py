"""A request's head, and what has been found in it: asked once, however often it comes again.

A client that asks for the same thing again sends the same bytes, and one that asks for another
most often the same fields; what they mean to us on that connection does not change.
"""

from functools import lru_cache
from typing import Any, TypeVar

from attrs import define, field

from authsrv.core.errors import Malformed

RawFields = dict[bytes, list[bytes]]
#: Of each kind one connection remembers so many, and none that is longer, in bytes.
MOST, LONGEST = 8, 2048

Key = TypeVar("Key")
Meaning = TypeVar("Meaning")


@define(eq=False)
class Section:
    """The header section of a request (RFC 9110, section 6.3), below its method and target.

    *raw_fields* are by name, in lower case, with their values in order.  What is kept here is for
    this section alone: on another connection it is another.
    """

    raw_fields: RawFields = field(factory=dict)
    #: Where it comes from, once somebody has looked.
    client: str | None = None
    #: Which host is asked, when all has been checked and found good.
    host: str | None = None
    #: What pages have found in it.
    notes: dict[str, Any] = field(factory=dict)

    def header_values(self, name: str) -> list[str]:
        """All values of the field *name* in order; bytes above 127 as Latin-1 (RFC 9110, 5.5)."""
        raw = self.raw_fields.get(_key(name))
        return [value.decode("latin-1") for value in raw] if raw else []

    def header(self, name: str) -> str | None:
        """The value of the field *name*, or None.  Malformed if it occurs twice."""
        raw = self.raw_fields.get(_key(name))
        if not raw:
            return None
        if len(raw) > 1:
            raise Malformed(f"{name.lower()} occurs {len(raw)} times")
        return raw[0].decode("latin-1")


@define(eq=False)
class Head:
    """Method and target as they were sent (a target is None for CONNECT on HTTP/2), the fields."""

    method: bytes
    target: bytes | None
    section: Section
    #: Method, path and query, when all has been checked and found good.
    checked: tuple[str, str, str] | None = None
    #: Who has asked for what, as the access log writes it.
    asked: str | None = None


class Few(dict[Key, Meaning]):
    """What one connection has sent, and what it was found to mean."""

    def keep(self, sent: Key, size: int, meaning: Meaning) -> None:
        """Remember *meaning* for *sent*, which has *size* bytes."""
        if size <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[sent] = meaning


@lru_cache(maxsize=256)
def _key(name: str) -> bytes:
    return name.lower().encode("ascii")
