"""From what happened to an HTTP answer."""

import json

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core import errors
from authsrv.core.errors import AuthsrvError
from authsrv.web import answers, messages
from authsrv.wire.reply import Reply

STATUS: dict[type[Exception], tuple[Exception, int]] = {
    type(error): (error, status)
    for error, status in [
        (errors.Malformed("x"), 400),
        (errors.NotSignedIn(), 401),
        (errors.BadCredentials("x"), 401),
        (errors.NotAllowed(), 403),
        (errors.CrossSite("x"), 403),
        (errors.NotFound(), 404),
        (errors.MethodNotAllowed(("GET", "HEAD")), 405),
        (errors.TooLarge("body_bytes", 5), 413),
        (errors.HeadTooLarge("x"), 431),
        (errors.UnsupportedMedia("text/x"), 415),
        (errors.WrongHost(), 421),
        (errors.InvalidFields({"a": "b"}), 422),
        (errors.NameTaken(), 422),
        (errors.Throttled(5, "x"), 429),
        (errors.Broken("x"), 503),
        (errors.StoreUnavailable("x"), 503),
        (errors.ReadOnly("x"), 503),
        (errors.Busy("x"), 503),
        (errors.TooSlow("x"), 503),
    ]
}


def every(kind: type[AuthsrvError]) -> set[type[AuthsrvError]]:
    """All kinds of *kind*."""
    return {kind}.union(*(every(each) for each in kind.__subclasses__()))


class StatusTests(SynchronousTestCase):
    """The one place where a status is chosen."""

    def test_each(self) -> None:
        """Each error has the status that was promised for it."""
        for error, status in STATUS.values():
            self.assertEqual(answers.status_of(error), status, error)

    def test_all(self) -> None:
        """No error we raise on purpose lacks one, and each status has words for people."""
        ours = {k for k in every(AuthsrvError) if k.__module__ == errors.__name__}
        # The last one is the command line's alone.
        self.assertEqual(ours - set(STATUS), {AuthsrvError, errors.Refused, errors.CannotCopy})
        fallback = messages.explain(499), messages.explain(599)
        for _, status in STATUS.values():
            if status not in {400, 500}:
                self.assertNotIn(messages.explain(status), fallback, status)

    def test_unforeseen(self) -> None:
        """What we did not foresee is our fault."""
        for error in (ValueError(), KeyError("x"), AssertionError()):
            self.assertEqual(answers.status_of(error), 500)
            self.assertEqual(answers.headers_of(error), ())

    def test_retry_after(self) -> None:
        """Who has to wait is told whole seconds, rounded up, one at least; nobody else is."""
        for seconds, told in ((0, "1"), (0.2, "1"), (899.01, "900"), (900.0, "900"), (-5, "1")):
            for error in (errors.Throttled(seconds, "x"), errors.Busy("x", seconds)):
                self.assertEqual(answers.headers_of(error), (("Retry-After", told),))
        for each, status in STATUS.values():
            self.assertEqual(answers.retry_after(each) is not None, status in {429, 503})

    def test_allow(self) -> None:
        """405 names the methods that are known."""
        error = errors.MethodNotAllowed(("GET", "HEAD"))
        self.assertEqual(answers.headers_of(error), (("Allow", "GET, HEAD"),))


class ReplyTests(SynchronousTestCase):
    """The shapes of answers."""

    def test_html(self) -> None:
        """A page says that it is UTF-8."""
        reply = answers.html(b"x", 422, (("A", "b"),))
        kind = ("Content-Type", "text/html; charset=utf-8")
        self.assertEqual(reply, Reply(422, (kind, ("A", "b")), b"x"))

    def test_also(self) -> None:
        """More fields are put behind those there are."""
        reply = answers.also(Reply(200, (("A", "1"),), b"x"), (("A", "2"),))
        self.assertEqual(reply, Reply(200, (("A", "1"), ("A", "2")), b"x"))

    def test_see_other(self) -> None:
        """A redirect carries its cookies each in a field of its own."""
        reply = answers.see_other("/x", ["a=1", "b=2"])
        cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        self.assertEqual(reply, Reply(303, (("Location", "/x"), *cookies)))

    def test_document(self) -> None:
        """JSON is UTF-8 as it is, without escapes for letters."""
        reply = answers.document({"name": "앨리스"}, 201)
        self.assertEqual(reply.body, '{"name":"앨리스"}'.encode())
        self.assertEqual(reply.headers, (("Content-Type", "application/json"),))

    def test_no_content(self) -> None:
        """Nothing to show has no body and no type."""
        self.assertEqual(answers.no_content(), Reply(204))

    def test_problem(self) -> None:
        """A problem has the members of RFC 9457, section 3.1, and its facts beside them."""
        reply = answers.problem(404, "Not here", {"detail": "x", "fields": {}}, (("A", "b"),))
        self.assertEqual(reply.headers, (("Content-Type", "application/problem+json"), ("A", "b")))
        told = {"type": "about:blank", "title": "Not here", "status": 404}
        self.assertEqual(json.loads(reply.body), {**told, "detail": "x", "fields": {}})
        self.assertEqual(reply.status, 404)
