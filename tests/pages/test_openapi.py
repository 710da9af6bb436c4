"""``/api/openapi.json``: true to the answers."""

import json
from typing import Any

from pydantic import BaseModel

from authsrv.core.errors import StoreUnavailable
from authsrv.pages import api, openapi
from authsrv.settings import Settings
from authsrv.site import routes
from authsrv.testing import ORIGIN, Answer, Browser, MemoryHouse
from authsrv.wiring import pages
from tests.flows.samples import WRONG
from tests.pages.samples import FlakySessions, PageCase, ask, credentials

EVERY = (
    ("GET", "/api/session"),
    ("DELETE", "/api/session"),
    ("GET", "/api/sessions"),
    ("DELETE", "/api/sessions?others"),
    ("DELETE", "/api/sessions/0123456789abcdef"),
)
WRONG_HEADERS = {
    "Content-Type": "text/plain",
    "Sec-Fetch-Site": "cross-site",
    "Host": "evil.example",
}
#: Signing out comes last.
IN_ORDER = sorted(EVERY, key=lambda each: each == ("DELETE", "/api/session"))


class DescriptionTests(PageCase):
    """The description, and what is really answered."""

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=FlakySessions())

    def setUp(self) -> None:
        super().setUp()
        answer = self.stranger.get("/api/openapi.json")
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, "application/json"))
        self.description: dict[str, Any] = json.loads(answer.body)

    def test_version(self) -> None:
        """It is OpenAPI 3.1, the one that was made, and open to everybody."""
        self.assertEqual(self.description["openapi"], "3.1.0")
        self.assertEqual(self.description, openapi.description("__Host-authsrv"))

    def test_all_of_the_api(self) -> None:
        """It describes every operation there is, and no other."""
        settings = Settings(public_url=ORIGIN)
        face = pages.front(settings, self.house.flows)
        table = routes(pages.rooms(settings, self.house.flows, face))
        there = {
            (path, method.lower())
            for path, what in table.items()
            if path.startswith("/api/")
            for method in what  # type: ignore[union-attr]
        }
        described = {(p, m) for p, what in self.description["paths"].items() for m in what}
        self.assertEqual(described, there)

    def test_references(self) -> None:
        """Every schema that is referred to is there, and every one that is there is used."""
        text = json.dumps(self.description)
        schemas = self.description["components"]["schemas"]
        found = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
        self.assertEqual(found, set(schemas))

    def test_closed(self) -> None:
        """What a client sends has no fields but those described, and what it must send is said."""
        schema = self.description["components"]["schemas"]["Credentials"]
        self.assertIs(schema["additionalProperties"], False)
        self.assertLessEqual({"name", "password"}, set(schema["required"]))

    def exchange(self) -> list[tuple[str, str, Answer]]:
        """Operations, and what they answered: every status we can bring about."""
        self.told: list[tuple[str, str, Answer]] = []
        self.sign_in_every_way()
        self.ask_every_way()
        return self.told

    def note(
        self, browser: Browser, method: str, path: str, value: object = None, **headers: str
    ) -> None:
        """Ask, and note what was answered."""
        template = path.partition("?")[0]
        if template.startswith("/api/sessions/"):
            template = "/api/sessions/{id}"
        answer = ask(browser, method, path, value, **headers)
        self.told.append((template, method.lower(), answer))

    def sign_in_every_way(self) -> None:
        """What can become of a sign-in."""
        post = "POST", "/api/session"
        self.note(self.house.browser("203.0.113.1"), *post, credentials())
        long = credentials("x" * 70000)
        for value in (credentials(password=WRONG), {"name": 1}, "text", None, long):
            self.note(self.stranger, *post, value)
        for name, text in WRONG_HEADERS.items():
            self.note(self.stranger, *post, credentials(), **{name: text})
        for _ in range(6):
            self.note(self.stranger, *post, credentials("bob", WRONG))

    def ask_every_way(self) -> None:
        """What can become of everything else."""
        other = self.do(self.house.flows.sessions.listed(self.alice))[-1].id
        self.note(self.browser, "DELETE", f"/api/sessions/{other}")
        self.note(self.browser, "DELETE", "/api/sessions")
        for method, path in EVERY:
            for extra in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
                self.note(self.stranger, method, path, **extra)
            self.note(self.browser, method, path, {"a": "x" * 70000})
        for fault in (StoreUnavailable("away"), None):
            self.house.sessions.fault = fault
            for method, path in IN_ORDER:
                self.note(self.browser, method, path)

    def test_true(self) -> None:
        """Every status that is answered is described, with its media type and its fields."""
        seen: dict[tuple[str, str], set[int]] = {}
        for path, method, answer in self.exchange():
            told = f"{method} {path} {answer.status}"
            responses = self.description["paths"][path][method]["responses"]
            self.assertIn(str(answer.status), responses, told)
            seen.setdefault((path, method), set()).add(answer.status)
            content = responses[str(answer.status)].get("content", {})
            kind = answer.header("Content-Type")
            self.assertEqual([*content], [kind] if kind else [], told)
            if kind:
                self.check_body(content[kind]["schema"], json.loads(answer.body), told)
        self.assertEqual(
            seen["/api/session", "post"], {201, 400, 401, 403, 413, 415, 421, 422, 429}
        )
        for operation in seen.keys() - {("/api/session", "post")}:
            refused = {401, 413, 421, 503} | ({403} if operation[1] != "get" else set())
            self.assertLessEqual(refused, seen[operation], operation)
            self.assertTrue(seen[operation] & {200, 204}, operation)

    def check_body(self, schema: dict[str, str], body: dict[str, Any], told: str) -> None:
        """The body has what its schema requires and nothing it does not know."""
        name = schema["$ref"].rpartition("/")[2]
        described = self.description["components"]["schemas"][name]
        self.assertLessEqual(set(described["required"]), set(body), told)
        self.assertLessEqual(set(body), set(described["properties"]), told)
        model = getattr(api, name, None)
        if model is not None and issubclass(model, BaseModel):
            self.assertEqual(model.model_validate(body).model_dump(mode="json"), body, told)
