"""The header fields every answer of ours carries."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.web.headers import IMMUTABLE, content_security_policy, dress
from authsrv.wire.reply import Reply


class DressTests(SynchronousTestCase):
    """What is put on."""

    def test_names(self) -> None:
        """Each is there exactly once."""
        names = [name for name, _ in dress(Reply(200), https=True).headers]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(
            {"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options",
             "Strict-Transport-Security", "Cache-Control"}, set(names),
        )  # fmt: skip

    def test_hsts(self) -> None:
        """HSTS goes over https alone, and holds for a year."""
        over = [dict(dress(Reply(200), https=https).headers) for https in (True, False)]
        told = [headers.get("Strict-Transport-Security") for headers in over]
        self.assertEqual(told, ["max-age=31536000", None])

    def test_said(self) -> None:
        """What a page has said itself stands."""
        said = (*IMMUTABLE, ("Content-Security-Policy", "default-src 'self'"))
        headers = dress(Reply(200, said), https=True).headers
        self.assertEqual(headers[:2], said)
        names = [name for name, _ in headers]
        self.assertEqual(len(names), len(set(names)))

    def test_the_rest(self) -> None:
        """Status and body are left alone."""
        reply = dress(Reply(404, (), b"x"), https=True)
        self.assertEqual((reply.status, reply.body), (404, b"x"))


class PolicyTests(SynchronousTestCase):
    """The content security policy."""

    def directives(self, *target: str) -> dict[str, str]:
        """The policy, by directive."""
        parts = content_security_policy(*target).split("; ")
        return {name: value for name, _, value in (part.partition(" ") for part in parts)}

    def test_closed(self) -> None:
        """Nothing is allowed but our own style, pictures and forms; nobody may frame us."""
        self.assertEqual(
            self.directives(),
            {
                "default-src": "'none'", "style-src": "'self'", "img-src": "'self'",
                "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
            },
        )  # fmt: skip

    def test_target(self) -> None:
        """A form may go on to one more origin, and nothing else is loosened."""
        found = self.directives("https://git.example.com")
        self.assertEqual(found.pop("form-action"), "'self' https://git.example.com")
        expected = self.directives()
        expected.pop("form-action")
        self.assertEqual(found, expected)
