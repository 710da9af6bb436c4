"""One tree of errors, whose facts are attributes."""

import inspect

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core import errors
from authsrv.core.errors import AuthsrvError, Broken, Refused

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__ and kind is not AuthsrvError
]


class TreeTests(SynchronousTestCase):
    """Refused, or broken."""

    def test_either(self) -> None:
        """Every error is either refused or broken, and never both."""
        self.assertGreater(len(ALL), 15)
        for kind in ALL:
            self.assertTrue(issubclass(kind, AuthsrvError), kind)
            self.assertNotEqual(issubclass(kind, Refused), issubclass(kind, Broken), kind)

    def test_not_signed_out(self) -> None:
        """A store that is away is never read as a visitor without a session."""
        self.assertFalse(issubclass(errors.StoreUnavailable, Refused))
        for kind in (errors.StoreUnavailable, errors.Busy, errors.TooSlow):
            self.assertTrue(issubclass(kind, Broken))

    def test_cross_site(self) -> None:
        """A request from another site is one that is not allowed."""
        self.assertTrue(issubclass(errors.CrossSite, errors.NotAllowed))


class FactTests(SynchronousTestCase):
    """What an error carries."""

    def test_why(self) -> None:
        """A reason for the log stands in the attribute and in the text."""
        for kind in (errors.Malformed, errors.CrossSite, errors.BadCredentials, Broken):
            error = kind("reason")
            self.assertEqual((error.why, str(error)), ("reason", "reason"))

    def test_too_large(self) -> None:
        """What is too large says how large it may be, in bytes."""
        error = errors.TooLarge("body_bytes", 65536)
        self.assertEqual((error.limit, str(error)), ("body_bytes", "more than 65536 bytes"))

    def test_head_too_large(self) -> None:
        """A head that is too large says which limit it exceeds."""
        error = errors.HeadTooLarge("head_fields")
        self.assertEqual((error.limit, str(error)), ("head_fields", "more than head_fields"))

    def test_unsupported_media(self) -> None:
        """What is not read says what is."""
        error = errors.UnsupportedMedia("application/json")
        self.assertEqual((error.wanted, str(error)), ("application/json", "send application/json"))

    def test_method_not_allowed(self) -> None:
        """The allowed methods are told, for the Allow field."""
        error = errors.MethodNotAllowed(("GET", "HEAD"))
        self.assertEqual((error.allowed, str(error)), (("GET", "HEAD"), "GET, HEAD"))

    def test_throttled(self) -> None:
        """Whoever tried too often is told when to come back, the log why."""
        error = errors.Throttled(12.5, "address")
        self.assertEqual((error.retry_after, error.why, str(error)), (12.5, "address", "address"))

    def test_invalid_fields(self) -> None:
        """Each field has its message, which later changes of the mapping do not touch."""
        given = {"name": "name-empty", "group": "group-characters"}
        error = errors.InvalidFields(given)
        given.clear()
        self.assertEqual(error.fields, {"name": "name-empty", "group": "group-characters"})
        self.assertEqual(str(error), "name: name-empty, group: group-characters")

    def test_broken(self) -> None:
        """What is broken may be tried again in five seconds, unless it says otherwise."""
        self.assertEqual(errors.Busy("full").retry_after, 5.0)
        self.assertEqual(errors.StoreUnavailable("away", 1.0).retry_after, 1.0)
