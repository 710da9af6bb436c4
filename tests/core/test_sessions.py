"""How long a session lives."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.sessions import (
    TOUCH_EVERY,
    TOUCH_PART,
    Device,
    Lifetimes,
    Session,
    begin,
    is_live,
    prove_again,
    touch,
)

START = 1_000_000
LIFETIMES = Lifetimes(idle=3600, lifetime=24 * 3600, remember=30 * 24 * 3600)
TIMES = st.lists(st.integers(-100_000, 4_000_000), max_size=40)


def start(*, remember: bool = False, lifetimes: Lifetimes = LIFETIMES) -> Session:
    """A session that begins at START."""
    return begin(
        id="s1",
        account_id="a1",
        epoch=3,
        now=START,
        lifetimes=lifetimes,
        remember=remember,
        device=Device("192.0.2.1", "Browser"),
    )


class BeginTests(SynchronousTestCase):
    """A new session."""

    def test_plain(self) -> None:
        """A session holds what it was begun with, and idling ends it."""
        session = start()
        self.assertEqual((session.id, session.account_id, session.epoch), ("s1", "a1", 3))
        self.assertEqual(session.device, Device("192.0.2.1", "Browser"))
        times = {session.created_at, session.authenticated_at, session.last_seen}
        self.assertEqual(times, {START})
        self.assertEqual((session.idle, session.lifetime), (3600, 24 * 3600))
        self.assertFalse(session.remember)

    def test_remembered(self) -> None:
        """A remembered session does not idle out, and ends all the same."""
        session = start(remember=True)
        self.assertTrue(session.remember)
        self.assertIsNone(session.idle)
        self.assertEqual(session.expires_at, START + 30 * 24 * 3600)

    def test_defaults(self) -> None:
        """The defaults are NIST's: an hour, a day (AAL2), thirty days (AAL1)."""
        self.assertEqual(Lifetimes(), Lifetimes(3600.0, 86_400.0, 2_592_000.0))


class LiveTests(SynchronousTestCase):
    """Until when a session is good."""

    def test_idle(self) -> None:
        """Unused, it is good until an hour is over and not a moment longer."""
        session = start()
        self.assertTrue(is_live(session, START))
        self.assertTrue(is_live(session, START + 3599))
        self.assertFalse(is_live(session, START + 3600))

    def test_remembered(self) -> None:
        """A remembered one is good until its lifetime is over."""
        session = start(remember=True)
        self.assertTrue(is_live(session, session.expires_at - 1))
        self.assertFalse(is_live(session, session.expires_at))

    def test_lifetime_shorter(self) -> None:
        """Where the lifetime is shorter than idling, the lifetime ends it."""
        session = start(lifetimes=Lifetimes(idle=3600, lifetime=600))
        self.assertEqual(session.expires_at, START + 600)


class TouchTests(SynchronousTestCase):
    """Noting the use of a session."""

    def test_short_idle(self) -> None:
        """Where idling is short the use is noted sooner: a session in use must not end."""
        session = start(lifetimes=Lifetimes(idle=60))
        self.assertIsNone(touch(session, START + 60 * TOUCH_PART - 1))
        self.assertIsNotNone(touch(session, START + 60 * TOUCH_PART))

    def test_remembered(self) -> None:
        """The use of a session that does not idle out is noted once a minute too."""
        self.assertIsNone(touch(start(remember=True), START + TOUCH_EVERY - 1))
        self.assertIsNotNone(touch(start(remember=True), START + TOUCH_EVERY))

    def test_once_a_minute(self) -> None:
        """Within a minute of the last note nothing is to be written, then it is."""
        session = start()
        self.assertIsNone(touch(session, START + TOUCH_EVERY - 1))
        touched = touch(session, START + TOUCH_EVERY)
        assert touched is not None
        self.assertEqual(touched.last_seen, START + TOUCH_EVERY)
        self.assertEqual(touched.expires_at, START + TOUCH_EVERY + 3600)

    def test_only_last_seen(self) -> None:
        """A touch changes nothing but when it was seen."""
        touched = touch(start(), START + 100)
        assert touched is not None
        changed = {
            name
            for name in ("id", "account_id", "epoch", "created_at", "authenticated_at", "last_seen",
                         "lifetime", "idle", "remember", "device")
            if getattr(touched, name) != getattr(start(), name)
        }  # fmt: skip
        self.assertEqual(changed, {"last_seen"})

    def test_clock_stepped_back(self) -> None:
        """A clock that was stepped back writes nothing: the end does not move to and fro."""
        self.assertIsNone(touch(start(), START - 3600))

    @settings(deadline=None)
    @given(TIMES, st.booleans())
    def test_never_past_lifetime(self, offsets: list[int], remember: bool) -> None:
        """However often it is touched, a session is dead when its lifetime is over."""
        session = start(remember=remember)
        end = START + session.lifetime
        for offset in offsets:
            session = touch(session, START + offset) or session
            self.assertLessEqual(session.expires_at, end)
            self.assertFalse(is_live(session, end))
            self.assertFalse(is_live(session, end + 10_000))

    @settings(deadline=None)
    @given(st.sampled_from([10, 60, 90, 600, 3600]), st.lists(st.integers(0, 100), max_size=60))
    def test_use_keeps_alive(self, idle: int, percents: list[int]) -> None:
        """Used again in nine tenths of its idle timeout, it lives until its lifetime is over."""
        session, now = start(lifetimes=Lifetimes(idle=idle)), START
        for percent in percents:
            now += idle * 9 * percent // 1000
            self.assertEqual(is_live(session, now), now < START + session.lifetime)
            if is_live(session, now):
                session = touch(session, now) or session

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 5000), max_size=40))
    def test_idle_holds(self, pauses: list[int]) -> None:
        """Never is it good an hour or more after the last use."""
        session, now = start(), START
        for pause in pauses:
            self.assertFalse(is_live(session, now + 3600))
            now += pause
            if is_live(session, now):
                session = touch(session, now) or session
            else:
                break


class ProveAgainTests(SynchronousTestCase):
    """A proof shown once more."""

    def test_begins_again(self) -> None:
        """The lifetime counts from the new proof, under the new epoch."""
        session = prove_again(start(), 4, START + 3000)
        self.assertEqual(session.epoch, 4)
        self.assertEqual((session.authenticated_at, session.last_seen), (START + 3000,) * 2)
        self.assertEqual(session.expires_at, START + 3000 + 3600)
        self.assertEqual(
            prove_again(start(remember=True), 4, START + 50).expires_at, START + 2592050
        )

    def test_stays_itself(self) -> None:
        """Its id, its account, its device and its beginning stay."""
        before, after = start(), prove_again(start(), 4, START + 3000)
        for name in ("id", "account_id", "device", "created_at", "remember", "idle", "lifetime"):
            self.assertEqual(getattr(before, name), getattr(after, name))
