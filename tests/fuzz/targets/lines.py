"""In which line a setting stands."""

import tomllib
from collections.abc import Iterator, Mapping

from authsrv.settings.locate import KeyPath, locate
from tests.fuzz.target import target


def _paths(value: object, at: KeyPath = ()) -> Iterator[KeyPath]:
    """Where every key, table and element of a list in *value* is."""
    if at:
        yield at
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _paths(below, (*at, name))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _paths(below, (*at, number))


@target(
    b"a.b = 1\n[a.c]\n'd e' = [1, {f = 2},\n 3]\n[[g]]\nh = 1\n[[g]]\n[g.i]\nj = 1.5\n",
    b'x = """\\\n ""\\"""" # "\ny = \'\'\'\n\'\'\'\'\n"\\u0061" = 1979-05-27 07:32:00\n',
    tokens=(b'"""', b"'''", b"[[", b"]]", b" = ", b"{", b"}", b"\\u0061", b"\n", b"#", b"\\", b'"',
            b"a", b"b", b".", b",", b"1", b"1e5", b"inf", b"\r\n", b"[a]", b"[[b]]", b"[]", b"{}"),
    longest=300,
)  # fmt: skip
def keys(data: bytes) -> None:
    """Every key of a TOML file, and nothing else, is found in one of its lines."""
    try:
        text = data.decode()
        found = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    where = locate(text)
    assert set(where) == set(_paths(found))
    assert all(1 <= line <= text.count("\n") + 1 for line in where.values())
