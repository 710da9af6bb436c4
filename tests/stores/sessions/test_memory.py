"""Sessions in memory."""

from authsrv.interfaces import ISessionStore
from authsrv.stores.sessions.memory import MemorySessions
from tests.stores import session_contract


class MemorySessionsTests(session_contract.SessionContract):
    """They keep the contract."""

    def make_store(self) -> ISessionStore:
        return MemorySessions()
