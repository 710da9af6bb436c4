"""Sessions put straight into the store, as a login would have: no password has to be hashed."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, evolve, field, frozen

from authsrv.core import tokens
from authsrv.core.sessions import Session
from authsrv.core.tokens import Token
from authsrv.stores.sessions.redis import RedisSessions
from tests.system.client import Client
from tests.system.server import Server
from tests.system.stores.loop import on_loop
from tests.system.stores.redis_case import link
from tests.system.waiting import settled


@frozen
class Minted:
    """A session nobody has used yet."""

    token: str
    id: str


@define(eq=False)
class Mint:
    """Makes sessions of accounts, each of which has signed in once; for any thread."""

    _store: RedisSessions
    _server: Server
    _samples: dict[str, Session] = field(factory=dict)
    # There is one loop for all.
    _turn: threading.Lock = field(factory=threading.Lock)

    def make(self, account: str, count: int = 1) -> list[Minted]:
        """*count* sessions of *account*."""
        with self._turn:
            if account not in self._samples:
                self._samples[account] = self._sample(account)
            return [self._made(self._samples[account]) for _ in range(count)]

    def _sample(self, account: str) -> Session:
        with Client(self._server) as client:
            assert settled(lambda: client.sign_in(account).status) == 201
            stored = on_loop(self._store.stored(Token(client.token).key))
            assert stored is not None
            return stored.session

    def _made(self, sample: Session) -> Minted:
        token = tokens.issue(os.urandom(tokens.TOKEN_BYTES))
        session = evolve(sample, id=os.urandom(8).hex())
        on_loop(self._store.save(token.key, session, session.expires_at))
        return Minted(token.text, session.id)


@contextmanager
def minting(redis: str, server: Server) -> Iterator[Mint]:
    """A mint at the *redis* that *server* uses."""
    store = RedisSessions(link(redis))
    try:
        yield Mint(store, server)
    finally:
        on_loop(store.close())
