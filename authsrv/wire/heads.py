"""The head of an HTTP/2 request, from its fields (RFC 9113, section 8.3).

Requests of one client differ in their paths, and in little else: what they share is looked
through once on each connection.
"""

from authsrv.wire.known import Few, Head, RawFields, Section
from authsrv.wire.sections import Fields, check_no_body, check_path, check_request, join_cookies

_PSEUDO = b":"[0]
_PATH = b":path"
#: Stands for any path in what is remembered.
_ANY = (_PATH, b"/")


def head_of(fields: Fields) -> Head:
    """The head that *fields*, which are those of a request, are."""
    ordinary: RawFields = {}
    special = {}
    for name, value in fields:
        if name[0] != _PSEUDO:
            ordinary.setdefault(name, []).append(value)
        else:
            special[name] = value
    if b":authority" in special:
        # In HTTP/1.1 this is the Host (RFC 9113, section 8.3.1).
        ordinary.setdefault(b"host", []).append(special[b":authority"])
    return Head(special.get(b":method", b""), special.get(_PATH), Section(ordinary))


class Heads(Few[tuple[tuple[bytes, bytes], ...], Head]):
    """Heads of one connection, by their fields but for the path."""

    def read(self, fields: Fields) -> Head:
        """The head that *fields* are, of a request without a body.  Raises ProtocolError."""
        shape = tuple(_ANY if name == _PATH else (name, value) for name, value in fields)
        like = self.get(shape)
        if like is not None:
            (path,) = [value for name, value in fields if name == _PATH]
            check_path(path)
            return Head(like.method, path, like.section)
        head = _read(fields)
        if head.target:
            self.keep(shape, sum(len(name) + len(value) for name, value in shape), head)
        return head


def _read(fields: Fields) -> Head:
    check_request(fields)
    check_no_body(fields)
    return head_of(join_cookies(fields))
