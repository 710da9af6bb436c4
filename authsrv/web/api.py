"""JSON bodies in, checked by their schema."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from authsrv.core.errors import InvalidFields, Malformed, UnsupportedMedia
from authsrv.wire.request import Request

Body = TypeVar("Body", bound=BaseModel)
JSON = "application/json"


def read(request: Request, schema: type[Body]) -> Body:
    """The body of *request* as *schema*.  Raises UnsupportedMedia, Malformed or InvalidFields.

    Only ``application/json`` is read: a page of another site cannot send it without asking.
    """
    content_type = request.header("content-type") or ""
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise UnsupportedMedia(JSON)
    try:
        return schema.model_validate_json(request.body)
    except ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: ValidationError) -> Malformed | InvalidFields:
    # Never the values: pydantic would quote a password in its message.
    mistakes = error.errors(include_input=False, include_url=False, include_context=False)
    fields = {".".join(map(str, m["loc"])): m["msg"] for m in mistakes}
    return Malformed("the body is not JSON") if "" in fields else InvalidFields(fields)
