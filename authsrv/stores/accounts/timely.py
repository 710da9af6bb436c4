"""Connections to PostgreSQL on which nobody waits longer than they want to."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from psycopg import Connection, OperationalError, ProgrammingError
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict

from authsrv.core.errors import StoreUnavailable

#: Seconds for one host to let us in: the least that PostgreSQL's library knows.
CONNECTS = 2
#: Seconds for what is asked of a connection when it is new.
_GREETS = 2.0
# What the address says stands above these.  A peer that vanishes is noticed by the kernel too.
_DEFAULTS: Mapping[str, str] = {
    "connect_timeout": str(CONNECTS),
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "3000",
    "client_encoding": "UTF8",
    "fallback_application_name": "authsrv",
    "gssencmode": "disable",
}
# Milliseconds.  The server ends what we have given up, and what a frozen worker of ours holds.
_SESSION = {
    "statement_timeout": 2000,
    "lock_timeout": 1500,
    "idle_in_transaction_session_timeout": 5000,
}


class TimelyConnection(Connection[Any]):
    """psycopg's, with a moment *until* which it waits for answers (by time.monotonic)."""

    until: float = 0.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for *gen* to be answered.  Raises OperationalError; late means closed."""
        left = max(0.0, self.until - monotonic())
        try:
            return super().wait(gen, interval, left if timeout is None else min(left, timeout))
        except OperationalError:
            if monotonic() < self.until:
                raise
            # The answer may come yet, and nobody must take it for that to the next question.
            self.close()
            raise OperationalError("no answer in time") from None


def parameters(url: str) -> dict[str, Any]:
    """What *url* says, over our defaults.  Raises StoreUnavailable, which does not show it."""
    try:
        said = conninfo_to_dict(url)
    except ProgrammingError:
        raise StoreUnavailable("accounts.store is no address that PostgreSQL knows") from None
    ours = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    return {**_DEFAULTS, **said, "options": f"{ours} {said.get('options', '')}".strip()}


def dial(params: Mapping[str, Any]) -> TimelyConnection:
    """A new connection, from the first of the hosts that lets us in.

    Statements are not prepared: a connection may be shared by a pooler on the way, and a
    migration may change what they mean.
    """
    try:
        connection = TimelyConnection.connect("", prepare_threshold=None, **params)
    except UnicodeError:
        raise OperationalError("no host can have this name") from None
    connection.until = monotonic() + _GREETS
    return connection
