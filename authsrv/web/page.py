"""One address of the site: which methods it knows, and how a handler's work becomes an answer."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from authsrv.core import csrf
from authsrv.core.errors import MethodNotAllowed, NotFound
from authsrv.web.front import Front
from authsrv.web.visit import Visit
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request

Handler = Callable[[Visit], Awaitable[Reply]]


class Refusal(Resource):
    """Answers every request with the same *error*; nothing lies below it."""

    isLeaf = True

    def __init__(self, front: Front, error: Exception) -> None:
        super().__init__()
        self.front = front
        self.error = error

    def render(self, request: Request) -> int:
        request.drive(self._answer(), partial(self.front.explain, request))
        return NOT_DONE_YET

    async def _answer(self) -> Reply:
        raise self.error


def closed(front: Front) -> Refusal:
    """What stands where nothing is."""
    return Refusal(front, NotFound())


class Page(Resource):
    """The resource at one path; *handlers* by method."""

    def __init__(self, front: Front, handlers: Mapping[str, Handler]) -> None:
        super().__init__()
        self.front = front
        self.handlers = dict(handlers)
        if "GET" in self.handlers:
            self.handlers.setdefault("HEAD", self.handlers["GET"])

    #: The child for any one name, where the URL table has a ``{variable}``.
    variable: Resource | None = None

    def getChild(self, path: bytes, request: Request) -> Resource:
        if self.variable is None or not path:
            return closed(self.front)
        return self.variable

    def render(self, request: Request) -> int:
        request.drive(self._answer(request), partial(self.front.explain, request))
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> Reply:
        handler = self.handlers.get(request.verb)
        if handler is None:
            raise MethodNotAllowed(tuple(self.handlers)) if self.handlers else NotFound()
        csrf.check_origin(
            request.verb,
            request.header("sec-fetch-site"),
            request.header("origin"),
            self.front.origin,
        )
        visit = await self.front.visit(request)
        return self.front.dress(await handler(visit))


def tree(front: Front, routes: Mapping[str, Mapping[str, Handler] | Resource]) -> Page:
    """The resource tree for *routes*: paths as ``/account/sessions/{id}``, handlers by method."""
    root = Page(front, {})
    for path in sorted(routes):
        what = routes[path]
        page = what if isinstance(what, Resource) else Page(front, what)
        _grow(root, path.removeprefix("/").split("/"), page)
    return root


def _grow(root: Page, names: list[str], page: Resource) -> None:
    """Put *page* below *root*.  Paths come sorted, so a parent is there before its children."""
    parent = root
    for name in names[:-1]:
        child = parent.children.get(name.encode())
        if not isinstance(child, Page):
            child = Page(root.front, {})
            parent.putChild(name.encode(), child)
        parent = child
    if names[-1].startswith("{"):
        parent.variable = page
    else:
        parent.putChild(names[-1].encode(), page)
