"""Sessions as they are lived: recognised, touched, proved again, listed, ended."""

from attrs import evolve

from authsrv.core.audit import Action
from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Device, Session
from authsrv.core.tokens import Token
from authsrv.flows.login import Welcome
from authsrv.flows.sessions import Known, Sessions
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.sessions.memory import MemorySessions
from authsrv.testing import MemoryHouse
from tests.flows.samples import HouseCase


class NotedSessions(MemorySessions):
    """Notes each touch; *away* is what it raises instead of answering."""

    def __init__(self) -> None:
        super().__init__()
        self.touched: list[tuple[float, float]] = []
        self.away: StoreUnavailable | None = None

    async def load(self, key: bytes, now: float) -> Session | None:
        """The session, if the store answers."""
        if self.away is not None:
            raise self.away
        return await super().load(key, now)

    async def touch(self, key: bytes, last_seen: float, expires_at: float) -> None:
        """Note it."""
        self.touched.append((last_seen, expires_at))
        await super().touch(key, last_seen, expires_at)


class SessionsCase(HouseCase):
    """alice is signed in on two browsers."""

    def setUp(self) -> None:
        super().setUp()
        self.one, self.other = self.login(), self.login(address="198.51.100.7")

    def make_house(self) -> MemoryHouse:
        return MemoryHouse(sessions=NotedSessions())

    @property
    def sessions(self) -> Sessions:
        """What is tested."""
        return self.house.flows.sessions

    def look(self, welcome: Welcome) -> Known | None:
        """Who uses that session now."""
        return self.do(self.sessions.recognise(welcome.known.token))

    def last_noted(self) -> tuple[Action, str, str | None, str | None, str | None]:
        """The newest entry of the audit log."""
        entry = self.audit()[-1]
        return entry.action, entry.outcome, entry.actor, entry.account_id, entry.facts["session"]


class RecogniseTests(SessionsCase):
    """Who is it?"""

    def test_known(self) -> None:
        """The holder of a live token is known, with the account as it is now."""
        known = self.look(self.one)
        assert known is not None
        self.assertEqual(known.account, self.alice)
        self.assertEqual(known.session, self.one.known.session)

    def test_unknown(self) -> None:
        """A token nobody was given is nobody's."""
        self.assertIsNone(self.do(self.sessions.recognise(Token("A" * 43))))

    def test_touched_once_a_minute(self) -> None:
        """Use is written at most once a minute, with the expiry that follows from it."""
        began = self.house.now
        for step in range(0, 150, 5):
            self.house.now = began + step
            self.assertTrue(self.recognised(self.one))
        self.assertEqual(
            self.house.sessions.touched,
            [(began + 60, began + 3660), (began + 120, began + 3720)],
        )

    def test_use_prolongs(self) -> None:
        """A session that is used outlives its idle time, one that is not used does not."""
        for _ in range(3):
            self.house.now += 3599
            self.assertTrue(self.recognised(self.one))
        self.assertFalse(self.recognised(self.other))

    def test_idle(self) -> None:
        """A session is live until just before its idle time is over, and dead from then on."""
        self.house.now += 3599.5
        self.assertTrue(self.recognised(self.one))
        self.house.now += 0.5
        self.assertFalse(self.recognised(self.other))

    def test_lifetime(self) -> None:
        """No use prolongs a session beyond its lifetime."""
        for _ in range(23):
            self.house.now += 3600 - 1
            self.assertTrue(self.recognised(self.one))
        self.house.now = self.one.known.session.created_at + 86400
        self.assertFalse(self.recognised(self.one))

    def test_remembered(self) -> None:
        """A remembered session needs no use, and ends after its thirty days."""
        welcome = self.login(remember=True)
        self.house.now += 30 * 86400 - 1
        self.assertTrue(self.recognised(welcome))
        self.house.now += 1
        self.assertFalse(self.recognised(welcome))

    def test_seen_now(self) -> None:
        """Who is recognised after a while is shown as seen now."""
        self.house.now += 100
        known = self.look(self.one)
        assert known is not None
        self.assertEqual(known.session.last_seen, self.house.now)

    def test_epoch(self) -> None:
        """When the account's epoch has grown every older session is dead, its row or not."""
        self.do(self.house.accounts.end_epoch(self.alice.id))
        self.assertFalse(self.recognised(self.one))
        self.assertTrue(self.recognised(self.login()))

    def test_disabled(self) -> None:
        """The sessions of a disabled account are dead, and stay dead when it is enabled."""
        for disabled in (True, False):
            self.do(self.house.accounts.set_disabled(self.alice.id, disabled))
            self.assertFalse(self.recognised(self.one))

    def test_removed(self) -> None:
        """The sessions of an account that was removed are dead."""
        self.do(self.house.accounts.remove(self.alice.id))
        self.assertFalse(self.recognised(self.one))

    def test_store_away(self) -> None:
        """A store that cannot answer is an error, never "not signed in"."""
        self.house.sessions.away = StoreUnavailable("away")
        self.assertRaises(StoreUnavailable, self.do, self.sessions.recognise(self.one.known.token))

    def test_accounts_away(self) -> None:
        """So it is when the accounts cannot be read."""

        class Away(MemoryAccounts):
            async def by_id(self, account_id: str) -> None:
                raise StoreUnavailable("away")

        sessions = evolve(self.sessions, accounts=Away())
        self.assertRaises(StoreUnavailable, self.do, sessions.recognise(self.one.known.token))

    def test_only_the_digest_is_kept(self) -> None:
        """The store has never seen a token."""
        kept = repr(self.house.sessions._rows)
        for welcome in (self.one, self.other):
            self.assertNotIn(welcome.known.token.text, kept)


class ProveAgainTests(SessionsCase):
    """A new token after a new proof."""

    def test_rotated(self) -> None:
        """The session goes on under a new token, with its id; the old token is dead."""
        self.house.now += 1000
        again = self.do(self.sessions.prove_again(self.one.known, self.alice))
        assert again is not None
        self.assertEqual(again.session.id, self.one.known.session.id)
        self.assertEqual(again.session.authenticated_at, self.house.now)
        self.assertFalse(self.recognised(self.one))
        self.assertIsNotNone(self.do(self.sessions.recognise(again.token)))

    def test_ended_meanwhile(self) -> None:
        """A session that was ended meanwhile is not revived."""
        self.do(self.sessions.end(self.one.known, "192.0.2.1"))
        self.assertIsNone(self.do(self.sessions.prove_again(self.one.known, self.alice)))
        self.assertEqual(len(self.do(self.sessions.listed(self.alice))), 1)

    def test_once(self) -> None:
        """Of two rotations of one session one succeeds."""
        outcomes = [
            self.do(self.sessions.prove_again(self.one.known, self.alice)) is not None
            for _ in range(2)
        ]
        self.assertEqual(outcomes, [True, False])


class EndTests(SessionsCase):
    """Signing out, oneself and others."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.house.add_account("bob")
        self.bobs = self.login(name="bob")

    def live(self) -> list[bool]:
        """Which of the three sessions are good."""
        return [self.recognised(each) for each in (self.one, self.other, self.bobs)]

    def test_end(self) -> None:
        """Signing out ends this session and no other, and is noted."""
        self.do(self.sessions.end(self.one.known, "192.0.2.1"))
        self.assertEqual(self.live(), [False, True, True])
        mine = self.alice.id
        self.assertEqual(
            self.last_noted(), (Action.LOGOUT, "done", mine, mine, self.one.known.session.id)
        )
        self.assertEqual(self.audit()[-1].address, "192.0.2.1")

    def test_end_one(self) -> None:
        """One of my own sessions is ended by its id, and that is noted."""
        other = self.other.known.session.id
        self.assertTrue(self.do(self.sessions.end_one(self.one.known, other, "192.0.2.1")))
        self.assertEqual(self.live(), [True, False, True])
        mine = self.alice.id
        self.assertEqual(self.last_noted(), (Action.SESSION_REVOKED, "done", mine, mine, other))

    def test_end_anothers(self) -> None:
        """Somebody else's session cannot be ended, and nothing is noted."""
        noted = len(self.audit())
        for session_id in (self.bobs.known.session.id, "nobody's"):
            self.assertFalse(
                self.do(self.sessions.end_one(self.one.known, session_id, "192.0.2.1"))
            )
        self.assertEqual(self.live(), [True, True, True])
        self.assertEqual(len(self.audit()), noted)

    def test_end_others(self) -> None:
        """All my other sessions are ended, mine and other people's go on, and that is noted."""
        self.assertEqual(self.do(self.sessions.end_others(self.one.known, "192.0.2.1")), 1)
        self.assertEqual(self.live(), [True, False, True])
        mine = self.alice.id
        self.assertEqual(self.last_noted(), (Action.SESSION_REVOKED, "done", mine, mine, "others"))

    def test_listed(self) -> None:
        """The list has the account's live sessions, latest used first, and nobody else's."""
        self.house.now += 100
        self.recognised(self.one)
        self.assertEqual(
            [s.id for s in self.do(self.sessions.listed(self.alice))],
            [self.one.known.session.id, self.other.known.session.id],
        )

    def test_outdated_are_not_listed(self) -> None:
        """A session of an older epoch is not listed, though its row may still be there."""
        account = self.do(self.house.accounts.end_epoch(self.alice.id))
        assert account is not None
        self.assertEqual(list(self.do(self.sessions.listed(account))), [])

    def test_revoke(self) -> None:
        """The operator ends any session by its id, and that is noted."""
        session = self.bobs.known.session.id
        self.assertTrue(self.do(self.sessions.revoke(session, "operator")))
        self.assertEqual(self.live(), [True, True, False])
        self.assertEqual(
            self.last_noted(),
            (Action.SESSION_REVOKED, "done", "operator", self.bob.id, session),
        )

    def test_revoke_unknown(self) -> None:
        """A session nobody has is told as such, and nothing is noted."""
        noted = len(self.audit())
        self.assertFalse(self.do(self.sessions.revoke("ffffffffffffffff", "operator")))
        self.assertEqual(len(self.audit()), noted)

    def test_revoke_among_many(self) -> None:
        """A session is found behind any number of others."""
        for _ in range(450):
            last = self.do(self.sessions.begin(self.bob, Device(), remember=False, previous=None))
        self.assertTrue(self.do(self.sessions.revoke(last.session.id, "operator")))
        self.assertIsNone(self.do(self.sessions.recognise(last.token)))

    def test_everybody(self) -> None:
        """The operator's list has everybody's sessions, page by page."""
        first = self.do(self.sessions.everybody(limit=2))
        rest = self.do(self.sessions.everybody(first.after))
        self.assertEqual(len(first.found), 2)
        ids = [stored.session.id for stored in (*first.found, *rest.found)]
        self.assertEqual(
            set(ids), {each.known.session.id for each in (self.one, self.other, self.bobs)}
        )

    def test_end_all(self) -> None:
        """The operator signs one account out everywhere, and that is noted."""
        self.assertEqual(self.do(self.sessions.end_all(self.alice, "operator")), 2)
        self.assertEqual(self.live(), [False, False, True])
        self.assertEqual(
            self.last_noted(), (Action.SESSION_REVOKED, "done", "operator", self.alice.id, "all")
        )

    def test_end_everybody(self) -> None:
        """The operator signs everybody out, and that is noted."""
        self.assertEqual(self.do(self.sessions.end_everybody("operator")), 3)
        self.assertEqual(self.live(), [False, False, False])
        self.assertEqual(
            self.last_noted(), (Action.SESSION_REVOKED, "done", "operator", None, "everybody")
        )
