"""What the server reads of a request, found in its source: no list of it can be short."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen
from twisted.web.resource import Resource

import authsrv
from authsrv import site
from authsrv.core.cookies import CookiePolicy
from authsrv.testing import MemoryHouse
from authsrv.wiring import pages

_SOURCES = Path(authsrv.__file__).parent
#: Stands for the ``{id}`` of a path.
VARIABLE = "0123456789abcdef"


@frozen
class Reader:
    """A call of *method* that reads what its argument number *at* names.

    *of* are the ends of what may stand before the method's dot.
    """

    method: str
    at: int = 0
    of: tuple[str, ...] = ("",)

    def reads(self, call: ast.Call) -> bool:
        """Whether *call* is one."""
        before, _, method = ast.unparse(call.func).rpartition(".")
        return method == self.method and before.endswith(self.of)


HEADERS = (
    *map(Reader, ("header", "header_values", "getHeader", "getRawHeaders", "hasHeader")),
    Reader("get", 0, ("raw_fields",)),
)
FIELDS = (
    *(Reader(method, 0, ("form",)) for method in ("text", "secret", "ticked")),
    *(
        Reader(method, 0, ("query", "form.fields"))
        for method in ("get", "__contains__", "__getitem__")
    ),
)
COOKIES = (Reader("name", 0, ("cookies", "policy")), Reader("read_token", 2))
BODIES = (Reader("read", 1, ("api",)),)


class _Walk(ast.NodeVisitor):
    """Finds what *readers* read in one module."""

    def __init__(self, readers: tuple[Reader, ...]) -> None:
        self.readers = readers
        self.found: list[ast.expr] = []
        self._parameters: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What a reader is given by its caller is looked for at the caller."""
        if any(node.name == reader.method for reader in self.readers):
            self._parameters = {each.arg for each in node.args.args}
        self.generic_visit(node)
        self._parameters = set()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        """``form.text("name")``."""
        for reader in self.readers:
            if reader.reads(node):
                self._note(node.args[reader.at])
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """``"name" in visit.query``."""
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            self._method(node.comparators[0], "__contains__", node.left)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """``visit.query["name"]``."""
        self._method(node.value, "__getitem__", node.slice)
        self.generic_visit(node)

    def _method(self, of: ast.expr, method: str, named: ast.expr) -> None:
        call = ast.Call(ast.Attribute(of, method), [named], [])
        if any(reader.reads(call) for reader in self.readers):
            self._note(named)

    def _note(self, named: ast.expr) -> None:
        used = {each.id for each in ast.walk(named) if isinstance(each, ast.Name)}
        if not used & self._parameters:
            self.found.append(named)


def find(tree: ast.Module, readers: tuple[Reader, ...]) -> list[str]:
    """What the module *tree* reads, as it is written there."""
    walk = _Walk(readers)
    walk.visit(tree)
    return [ast.unparse(named) for named in walk.found]


def value(written: str, names: dict[str, Any]) -> Any:
    """What *written* stands for among a module's *names*.  NameError for what is made later."""
    # Our own source, and nothing that came from elsewhere.
    return eval(written, names)


@cache
def _modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (
            ".".join(("authsrv", *path.relative_to(_SOURCES).with_suffix("").parts)),
            ast.parse(path.read_text("utf-8")),
        )
        for path in sorted(_SOURCES.rglob("*.py"))
    )


def _everywhere(readers: tuple[Reader, ...]) -> Iterator[Any]:
    for name, tree in _modules():
        for written in find(tree, readers):
            yield value(written, vars(importlib.import_module(name)))


def headers() -> tuple[str, ...]:
    """Every header field that is read, in lower case."""
    names = (name if isinstance(name, str) else name.decode() for name in _everywhere(HEADERS))
    return tuple(sorted({name.lower() for name in names}))


def fields() -> tuple[str, ...]:
    """Every field of a form or a query that is read."""
    return tuple(sorted(set(_everywhere(FIELDS))))


def members() -> tuple[str, ...]:
    """Every member of a JSON body that is read."""
    return tuple(sorted({name for body in _everywhere(BODIES) for name in body.model_fields}))


def cookies() -> tuple[str, ...]:
    """Every cookie that is read, as it is called over https."""
    return tuple(sorted({CookiePolicy().name(base) for base in _everywhere(COOKIES)}))


def routes() -> dict[str, set[str]]:
    """Every path of the URL table, with its methods."""
    house = MemoryHouse()
    face = pages.front(house.settings, house.flows)
    table = site.routes(pages.rooms(house.settings, house.flows, face))
    return {
        path.replace("{id}", VARIABLE): {"GET"} if isinstance(what, Resource) else {*what}
        for path, what in table.items()
    }
