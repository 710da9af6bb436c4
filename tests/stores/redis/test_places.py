"""How the settings write where a Redis is."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.redis.places import SCHEMES, Login, Place, parse
from authsrv.stores.urls import is_redis

GOOD = {
    "redis://h": Place("server", (("h", 6379),)),
    "redis://h/": Place("server", (("h", 6379),)),
    "redis://h:1234/5": Place("server", (("h", 1234),), database=5),
    "redis://127.0.0.1": Place("server", (("127.0.0.1", 6379),)),
    "redis://[2001:db8::1]": Place("server", (("2001:db8::1", 6379),)),
    "redis://[2001:db8::1]:7000": Place("server", (("2001:db8::1", 7000),)),
    "redis://u:s3cret@h": Place("server", (("h", 6379),), login=Login("u", "s3cret")),
    "redis://:s3cret@h": Place("server", (("h", 6379),), login=Login(None, "s3cret")),
    "redis://a%40b:p%40ss%3A%2F%3F%23@h": Place(
        "server", (("h", 6379),), login=Login("a@b", "p@ss:/?#")
    ),
    "redis://u:a:b@h": Place("server", (("h", 6379),), login=Login("u", "a:b")),
    "rediss://h:6380": Place("server", (("h", 6380),), tls=True),
    "rediss://h?ca=/etc/ca.pem": Place("server", (("h", 6379),), tls=True, ca="/etc/ca.pem"),
    "redis+sentinel://a,b:5,c/main": Place(
        "sentinel", (("a", 26379), ("b", 5), ("c", 26379)), name="main"
    ),
    "redis+sentinel://a/main/3": Place("sentinel", (("a", 26379),), name="main", database=3),
    "rediss+sentinel://u:s3cret@a/main?sentinel_username=x&sentinel_password=s3cret%26": Place(
        "sentinel",
        (("a", 26379),),
        tls=True,
        name="main",
        login=Login("u", "s3cret"),
        sentinel_login=Login("x", "s3cret&"),
    ),
    "redis+cluster://a,[::1],b:7001": Place(
        "cluster", (("a", 6379), ("::1", 6379), ("b", 7001))
    ),
    "rediss+cluster://:s3cret@a?ca=/c": Place(
        "cluster", (("a", 6379),), tls=True, ca="/c", login=Login(None, "s3cret")
    ),
}  # fmt: skip
BAD = [
    ("", "write redis://"),
    ("redis:", "write redis://"),
    ("redis://", "write redis://"),
    ("redis:/s3cret", "write redis://"),
    ("Redis://s3cret", "write redis://"),
    ("redis+tls://:s3cret@h", "write redis://"),
    ("valkey://:s3cret@h", "write redis://"),
    ("redis://:s3cret@", "HOST:PORT"),
    ("redis://:s3cret@h:port", "HOST:PORT"),
    ("redis://:s3cret@h:65536", "HOST:PORT"),
    ("redis://:s3cret@h:0", "HOST:PORT"),
    ("redis://:s3cret@h:²", "HOST:PORT"),
    ("redis://:s3cret@[::1", "HOST:PORT"),
    ("redis://:s3cret@h h", "HOST:PORT"),
    ("redis+cluster://:s3cret@h,,i", "HOST:PORT"),
    ("redis+cluster://:s3cret@h,", "HOST:PORT"),
    ("redis://:s3cret@h,i", "several"),
    ("redis://s3cret@h", ":PASSWORD@"),
    ("redis://u:s3@cret@h", "%40"),
    ("redis+cluster://u:s3cret@h,u:s3cret@i", "%40"),
    ("redis://u:1/s3cret@h", "%40"),
    ("redis+sentinel://u:1/s3cret@h", "%40"),
    ("redis://u:1?s3cret@h", "%40"),
    ("redis://u:1#s3cret@h", "%23"),
    ("redis://:s3cret@h\n", "%XX"),
    ("redis://:s3cret\0@h", "%XX"),
    ("redis://:s3cret@h/x", "number"),
    ("redis://:s3cret@h/-1", "number"),
    ("redis://:s3cret@h/²", "number"),
    ("redis://:s3cret@h/1/2", "number"),
    ("redis://:s3cret@h/" + 5000 * "9", "number"),
    ("redis+cluster://:s3cret@h/1", "cluster"),
    ("redis+sentinel://:s3cret@h", "NAME"),
    ("redis+sentinel://:s3cret@h/", "NAME"),
    ("redis+sentinel://:s3cret@h/main/x", "number"),
    ("redis://h?password=s3cret", "ca="),
    ("rediss://h?s3cret", "ca="),
    ("rediss://h?s3cret=1", "ca="),
    ("rediss://h?&", "ca="),
    ("redis://:s3cret@h?ca=/c", "rediss"),
    ("rediss://h?sentinel_password=s3cret", "Sentinels"),
    ("rediss+cluster://h?sentinel_username=s3cret", "Sentinels"),
]


class ParseTests(SynchronousTestCase):
    """From a URL to a place."""

    def test_good(self) -> None:
        """Each way to write a place is understood as the documentation says."""
        for url, place in GOOD.items():
            self.assertEqual(parse(url), place, url)
            self.assertTrue(is_redis(url), url)

    def test_bad(self) -> None:
        """What is wrong is refused with a sentence that helps, and that repeats no password."""
        for url, hint in BAD:
            with self.assertRaises(ValueError, msg=url) as caught:
                parse(url)
            self.assertIn(hint, str(caught.exception), url)
            self.assertNotIn("s3cret", str(caught.exception), url)
            self.assertIsNone(caught.exception.__cause__, url)

    @settings(deadline=None, max_examples=400)
    @given(
        st.sampled_from(SCHEMES),
        st.text("ab:@/?#,[]%=&. 1\n²한", max_size=20) | st.text(max_size=20),
    )
    def test_anything(self, scheme: str, rest: str) -> None:
        """Whatever stands there is a place whose parts make sense, or a mistake."""
        try:
            place = parse(f"{scheme}://{rest}")
        except ValueError:
            return
        self.assertTrue(all(host and 0 < port < 65536 for host, port in place.hosts))
        self.assertEqual(place.kind == "sentinel", bool(place.name))
        self.assertGreaterEqual(place.database, 0)

    @settings(deadline=None, max_examples=200)
    @given(st.text("#", min_size=1), st.text(string.printable, min_size=1))
    def test_passwords_never_said(self, hashes: str, password: str) -> None:
        """A password that was not quoted comes back in no error, wherever it ends up."""
        # Sixteen letters do not stand in a message by chance.
        secret = f"qzqzqzqzqzqzqzqz{hashes}"
        for text in (f"{password}{secret}", f"{secret}{password}"):
            for url in (f"redis://u:{text}@h", f"rediss://h/{text}", f"redis+sentinel://h?{text}"):
                try:
                    parse(url)
                except ValueError as error:
                    self.assertNotIn("qzqzqzqz", str(error))


class PrintTests(SynchronousTestCase):
    """What a place shows of itself."""

    def test_no_password(self) -> None:
        """A place names the hosts for a log, and never a password."""
        place = parse("redis+sentinel://u:s3cret@a,b/main?sentinel_password=s3cret")
        self.assertEqual(str(place), "sentinel a:26379,b:26379 main")
        self.assertEqual(str(parse("redis://u:s3cret@h")), "server h:6379")
        for shown in (repr(place), str(place), f"{place}", repr([place])):
            self.assertNotIn("s3cret", shown)
        self.assertEqual(place.login.password, "s3cret")
