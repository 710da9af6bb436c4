"""A request's head, and what has been found in it: asked once, however often the head comes again.

A client that asks for the same thing again sends the same bytes; what they mean to us on that
connection does not change.
"""

from typing import Any

from attrs import define, field

from authsrv.core.errors import Malformed

RawFields = dict[bytes, list[bytes]]
#: Heads that one HTTP/1.1 connection remembers, and of what length at most, in bytes.
MOST, LONGEST = 8, 2048


@define(eq=False)
class Head:
    """Method and target as they were sent (a target is None for CONNECT on HTTP/2), the fields.

    *raw_fields* are by name, in lower case, with their values in order.  What is kept here is for
    this head alone: on another connection it is another.
    """

    method: bytes
    target: bytes | None
    raw_fields: RawFields
    #: Of HTTP/1.1: whether the connection stays open behind the answer.
    persistent: bool = True
    #: The client, method, path and query, when all has been checked and found good.
    checked: tuple[str, str, str, str] | None = None
    #: Who has asked for what, as the access log writes it.
    asked: str | None = None
    #: What pages have found in it.
    notes: dict[str, Any] = field(factory=dict)
    _values: dict[str, list[str]] = field(factory=dict)
    _only: dict[str, str | None] = field(factory=dict)

    def header_values(self, name: str) -> list[str]:
        """All values of the field *name* in order; bytes above 127 as Latin-1 (RFC 9110, 5.5)."""
        found = self._values.get(name)
        if found is None:
            try:
                raw = self.raw_fields[name.lower().encode("ascii")]
            except KeyError:
                raw = []
            found = self._values[name] = [value.decode("latin-1") for value in raw]
        return found

    def header(self, name: str) -> str | None:
        """The value of the field *name*, or None.  Malformed if it occurs twice."""
        try:
            return self._only[name]
        except KeyError:
            values = self.header_values(name)
            if len(values) > 1:
                raise Malformed(f"{name.lower()} occurs {len(values)} times") from None
            found = self._only[name] = values[0] if values else None
            return found


class Heads(dict[bytes, Head]):
    """The heads of requests without a body that one connection has had, by their bytes."""

    def keep(self, data: bytes, head: Head) -> None:
        """*data* is the head and nothing else."""
        if len(data) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[data] = head
