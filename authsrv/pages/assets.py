"""The style sheet and the icon: a fixed table of files, each under the hash of its content."""

from functools import partial

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from authsrv.core.errors import MethodNotAllowed
from authsrv.web.front import Front
from authsrv.web.headers import IMMUTABLE
from authsrv.web.page import Refusal, closed
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request


class Asset(Resource):
    """One file.  It asks for no session: it is the same for everybody, a full store or none."""

    def __init__(self, front: Front, media_type: str, body: bytes) -> None:
        super().__init__()
        self.front = front
        self.reply = Reply(200, (("Content-Type", media_type), *IMMUTABLE), body)

    def getChild(self, path: bytes, request: Request) -> Refusal:
        return closed(self.front)

    def render(self, request: Request) -> int:
        request.drive(self._answer(request), partial(self.front.explain, request))
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> Reply:
        if request.verb not in {"GET", "HEAD"}:
            raise MethodNotAllowed(("GET", "HEAD"))
        return self.front.dress(self.reply)
