"""``/api/openapi.json``: the description of ``/api``, made of the very models that answer."""

from functools import cache

from attrs import frozen
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from authsrv.core import cookies
from authsrv.pages.api import Credentials, Revoked, SessionList, SignedIn
from authsrv.web import answers
from authsrv.web.front import Front
from authsrv.web.visit import Visit
from authsrv.wire.reply import Reply

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_MODELS = (Credentials, SignedIn, SessionList, Revoked)
_SIGNED_IN: list[dict[str, list[str]]] = [{"cookie": []}]
#: What any operation may answer besides its own.
_COMMON = (400, 403, 405, 413, 421, 500, 503)
_WORDS = {
    400: "Malformed",
    401: "Not signed in, or the name and password do not match",
    403: "Not from another site",
    404: "Not one of yours",
    405: "The address knows other methods",
    413: "The body is too large",
    415: "Send application/json",
    421: "Not a host of ours",
    422: "A field is not acceptable",
    429: "Too many attempts: see Retry-After",
    500: "Our fault: the log has the request_id",
    503: "Not now: see Retry-After",
}


@frozen
class OpenApi:
    """``/api/openapi.json``."""

    front: Front

    async def show(self, _visit: Visit) -> Reply:
        """The description."""
        return answers.document(description(self.front.cookies.name(cookies.SESSION)))


@cache
def description(cookie: str) -> dict[str, object]:
    """OpenAPI 3.1, for a site whose session is in *cookie*."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "authsrv",
            "version": "1",
            "description": "Sign in, see where you are signed in, sign out.",
        },
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"cookie": {"type": "apiKey", "in": "cookie", "name": cookie}},
        },
    }


def _paths() -> dict[str, object]:
    one = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    }
    others = {
        "name": "others",
        "in": "query",
        "required": True,
        "allowEmptyValue": True,
        "schema": {"type": "string"},
    }
    described = {"description": "This", "content": {"application/json": {}}}
    return {
        "/api/openapi.json": {"get": {"summary": "This", "responses": {"200": described}}},
        "/api/session": {
            "post": {
                **_operation("Sign in", {201: SignedIn}, 401, 415, 422, 429),
                "requestBody": {"required": True, "content": _json("Credentials")},
            },
            "get": _operation("Who am I", {200: SignedIn}, 401, signed_in=True),
            "delete": _operation("Sign out", {204: None}, 401, signed_in=True),
        },
        "/api/sessions": {
            "get": _operation("Where am I signed in", {200: SessionList}, 401, signed_in=True),
            "delete": {
                **_operation("End all others", {200: Revoked}, 401, signed_in=True),
                "parameters": [others],
            },
        },
        "/api/sessions/{id}": {
            "delete": {
                **_operation("End one", {204: None}, 401, 404, signed_in=True),
                "parameters": [one],
            },
        },
    }


def _operation(
    summary: str,
    done: dict[int, type[BaseModel] | None],
    *refusals: int,
    signed_in: bool = False,
) -> dict[str, object]:
    responses: dict[str, object] = {
        str(status): {"description": summary, **({"content": _json(m.__name__)} if m else {})}
        for status, m in done.items()
    }
    for status in sorted({*refusals, *_COMMON}):
        responses[str(status)] = {
            "description": _WORDS[status],
            "content": _json("Problem", "application/problem+json"),
        }
    return {
        "summary": summary,
        "responses": responses,
        "security": _SIGNED_IN if signed_in else [],
    }


def _json(schema: str, media_type: str = "application/json") -> dict[str, object]:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _schemas() -> dict[str, object]:
    _, found = models_json_schema(
        [(model, "serialization") for model in _MODELS],
        ref_template="#/components/schemas/{model}",
    )
    return {**found["$defs"], "Problem": _PROBLEM}
