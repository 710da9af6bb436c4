"""The access log: one JSON line a request, without query, cookie or body."""

import json
from functools import lru_cache
from time import gmtime, strftime

from authsrv.wire.request import Request

#: In characters, before escaping.
LONGEST_PATH = 256


def line(request: Request, worker_index: int, now: float) -> bytes:
    """The line for *request*, which ended at *now* (seconds since the epoch).

    Status 499: the client left before the answer.  About 10 µs.
    """
    fields: dict[str, object] = {
        "time": _rfc3339(now),
        "event": "request",
        "id": request.id,
        "address": request.client,
        "method": request.verb[:32],
        "path": request.text_path[:LONGEST_PATH],
        "status": request.code,
        "bytes": request.sentLength,
        "ms": round(request.seconds * 1000, 1),
        "protocol": request.protocol_name,
        "worker": worker_index,
    }
    if request.account_id is not None:
        fields["account"] = request.account_id
    # ASCII only: no line separator or terminal sequence of a path reaches the log as itself.
    return json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"


def _rfc3339(now: float) -> str:
    whole, thousandths = divmod(int(now * 1000), 1000)
    return f"{_to_the_second(whole)}.{thousandths:03d}Z"


@lru_cache(maxsize=2)
def _to_the_second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))
