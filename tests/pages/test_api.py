"""``/api``: the same house for programs."""

import json

from authsrv.pages.api import Revoked, SessionList, SignedIn
from authsrv.testing import PASSWORD, Answer
from tests.flows.samples import WRONG
from tests.pages.samples import JSON, KNOWN, REMEMBERED, SESSION, PageCase, ask, credentials


class SessionTests(PageCase):
    """``/api/session``."""

    def create(self, value: object, **headers: str) -> Answer:
        """POST *value*."""
        return ask(self.stranger, "POST", "/api/session", value, **headers)

    def test_create(self) -> None:
        """A login answers 201, who that is, and the two cookies."""
        answer = self.create(credentials("ALICE"))
        self.assertEqual((answer.status, answer.header("Content-Type")), (201, "application/json"))
        said = SignedIn.model_validate_json(answer.body)
        self.assertEqual((said.account.id, said.account.name), (self.alice.id, "alice"))
        self.assertTrue(said.session.current)
        self.assertEqual(said.session.address, "198.51.100.7")
        session, browser = answer.all("Set-Cookie")
        self.assertRegex(session, SESSION)
        self.assertRegex(browser, KNOWN)
        self.assertNotIn(session[15:58], answer.text)

    def test_remember(self) -> None:
        """Remembered, the cookie and the session stay for thirty days."""
        answer = self.create(credentials(remember=True))
        self.assertRegex(answer.all("Set-Cookie")[0], REMEMBERED)
        said = SignedIn.model_validate_json(answer.body).session
        self.assertEqual((said.expires_at - said.created_at).days, 30)
        self.assertTrue(said.remember)

    def test_refused(self) -> None:
        """A refused login is 401, and sets no cookie."""
        answer = self.create(credentials(password=WRONG))
        self.assert_problem(answer, 401)
        self.assertEqual(answer.all("Set-Cookie"), [])

    def test_throttled(self) -> None:
        """Too many are 429 with Retry-After."""
        for _ in range(5):
            self.create(credentials(password=WRONG))
        answer = self.create(credentials())
        self.assert_problem(answer, 429)
        self.assertEqual(answer.header("Retry-After"), "900")

    def test_planted(self) -> None:
        """The token that was there before is dead."""
        self.stranger.cookies = dict(self.browser.cookies)
        self.create(credentials())
        self.assertEqual(self.api("GET", "/api/session").status, 401)

    def test_fields(self) -> None:
        """What is missing, unknown or of another type is named by its field, without its value."""
        cases: dict[str, object] = {
            "password": {"name": "alice"},
            "pass": {"name": "alice", "pass": PASSWORD, "password": PASSWORD},
            "name": {"name": 5, "password": PASSWORD},
            "remember": credentials(remember="yes"),
        }
        for field, value in cases.items():
            answer = self.create(value)
            problem = self.assert_problem(answer, 422)
            self.assertEqual(list(problem["fields"]), [field])
            self.assertNotIn(PASSWORD, answer.text)
        long = "p" * 1025
        answer = self.create(credentials(password=long))
        self.assertEqual(list(self.assert_problem(answer, 422)["fields"]), ["password"])
        self.assertNotIn(long, answer.text)

    def test_not_json(self) -> None:
        """What is no JSON object is malformed, and is not repeated."""
        for body in (b"", b"{", b"[]", b"5", b'{"name": "\xff"}',
                     b'{"password": "' + PASSWORD.encode(),
                     b'{"name": "\\ud800", "password": "x"}', b"[" * 5000):  # fmt: skip
            answer = self.stranger.ask("POST", "/api/session", body, JSON)
            self.assert_problem(answer, 400)
            self.assertNotIn(PASSWORD, answer.text)

    def test_media_type(self) -> None:
        """Only JSON that says it is JSON is read: a form of another site can send anything else."""
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"):
            self.assert_problem(self.create(credentials(), **{"Content-Type": kind}), 415)
        for kind in ("application/json; charset=utf-8", "Application/JSON"):
            self.assertEqual(self.create(credentials(), **{"Content-Type": kind}).status, 201)

    def test_too_large(self) -> None:
        """A body over the limit is too large."""
        self.assert_problem(self.create(credentials(password="x" * 70000)), 413)

    def test_cross_site(self) -> None:
        """Another site's script can neither sign in nor out."""
        for where in ("cross-site", "same-site"):
            headers = {"Sec-Fetch-Site": where}
            self.assert_problem(self.create(credentials(), **headers), 403)
            self.assert_problem(self.api("DELETE", "/api/session", **headers), 403)
        self.assertEqual(self.api("GET", "/api/session").status, 200)

    def test_show(self) -> None:
        """Who am I: 200 and the same as at sign-in; a stranger gets 401 and no cookie."""
        answer = self.api("GET", "/api/session")
        self.assertEqual(answer.status, 200)
        self.assertEqual(SignedIn.model_validate_json(answer.body).account.name, "alice")
        self.assert_problem(ask(self.stranger, "GET", "/api/session"), 401)

    def test_delete(self) -> None:
        """Signing out answers 204 and takes the cookie; a second time there is nobody."""
        answer = self.api("DELETE", "/api/session")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertIsNone(answer.header("Content-Length"))
        self.assertIn("Max-Age=0", answer.all("Set-Cookie")[0])
        self.assert_problem(self.api("DELETE", "/api/session"), 401)


class SessionsTests(PageCase):
    """``/api/sessions``."""

    def setUp(self) -> None:
        super().setUp()
        self.house.now += 10
        self.stranger.sign_in("alice")
        self.bob = self.house.browser()
        self.house.add_account("bob")
        self.bob.sign_in("bob")

    def ids(self) -> dict[bool, str]:
        """The ids of my sessions, by whether they are this one."""
        found = SessionList.model_validate_json(self.api("GET", "/api/sessions").body).sessions
        return {each.current: each.id for each in found}

    def test_list(self) -> None:
        """It has my sessions, latest used first, and marks this one."""
        found = SessionList.model_validate_json(self.api("GET", "/api/sessions").body).sessions
        self.assertEqual([each.current for each in found], [False, True])
        self.assertEqual([each.address for each in found], ["198.51.100.7", "192.0.2.1"])

    def test_hostile_agent(self) -> None:
        """A browser that calls itself JSON, or markup, is one text, whole and nothing beside it."""
        called = '"}], "x": [{"current": true}</script>\\ \\u0022'
        self.stranger.headers["User-Agent"] = called
        self.stranger.sign_in("alice")
        answer = self.api("GET", "/api/sessions")
        found = SessionList.model_validate_json(answer.body).sessions
        self.assertEqual([each.user_agent for each in found].count(called), 1)
        self.assertEqual(set(json.loads(answer.body)), {"sessions"})

    def test_delete_one(self) -> None:
        """One of mine is ended: 204, and then it is not there."""
        path = f"/api/sessions/{self.ids()[False]}"
        self.assertEqual(self.api("DELETE", path).status, 204)
        self.assert_problem(self.api("DELETE", path), 404)
        self.assertEqual(ask(self.stranger, "GET", "/api/session").status, 401)
        self.assertEqual(self.api("GET", "/api/session").status, 200)

    def test_delete_anothers(self) -> None:
        """Somebody else's is not there for me."""
        path = f"/api/sessions/{self.ids()[False]}"
        self.assert_problem(ask(self.bob, "DELETE", path), 404)
        self.assertEqual(ask(self.stranger, "GET", "/api/session").status, 200)

    def test_delete_others(self) -> None:
        """All others of mine are ended, but only if the query says so."""
        self.assert_problem(self.api("DELETE", "/api/sessions"), 400)
        self.assertEqual(ask(self.stranger, "GET", "/api/session").status, 200)
        for query in ("?others", "?others="):
            answer = self.api("DELETE", "/api/sessions" + query)
            self.assertEqual(answer.status, 200)
        self.assertEqual(Revoked.model_validate_json(answer.body).revoked, 0)
        self.assertEqual(ask(self.stranger, "GET", "/api/session").status, 401)
        for browser in (self.browser, self.bob):
            self.assertEqual(ask(browser, "GET", "/api/session").status, 200)

    def test_strangers(self) -> None:
        """A stranger gets 401, whatever they ask for."""
        nobody = self.house.browser()
        for method, path in (
            ("GET", "/api/sessions"),
            ("DELETE", "/api/sessions?others"),
            ("DELETE", "/api/sessions"),
            ("DELETE", f"/api/sessions/{self.ids()[True]}"),
        ):
            self.assert_problem(ask(nobody, method, path), 401)
