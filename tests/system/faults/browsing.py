"""A browser whose every request comes from an address of its own, and is written down."""

import select
from collections.abc import Mapping

from tests.system.client import NO_ANSWER, Answer, Client
from tests.system.faults.ledger import Ledger
from tests.system.server import Server

#: What a server may answer to what people do here, whatever becomes of it.
_EXPECTED = {200, 201, 204, 303, 401, 404, 429, 503}


class Browser(Client):
    """By its address (the server trusts us as a proxy) an audit entry is found again."""

    def __init__(self, server: Server, ledger: Ledger, timeout: float = 20) -> None:
        super().__init__(server, timeout=timeout)
        self.ledger = ledger
        self.address = ""

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; what came of it is in the ledger."""
        number = self.ledger.number()
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        what = f"{method} {path}"
        self._notice_close()
        kept = "on a kept" if self.connection.sock else "on a new"
        try:
            answer = super().request(
                method, path, body, {**(headers or {}), "X-Forwarded-For": self.address}
            )
        except NO_ANSWER as error:
            self.ledger.unanswered.append(f"{what} {kept} connection: {error!r}")
            raise
        self.ledger.statuses[answer.status] += 1
        if answer.status not in _EXPECTED:
            self.ledger.odd.append(f"{what}: {answer.status}")
        if answer.status == 503:
            told = int(answer.headers.get("Retry-After", 0)) > 0
            self.ledger.check("I7", number, told, f"{what}: 503 without Retry-After")
        return answer

    def _notice_close(self) -> None:
        """Leave a kept connection that the server has closed meanwhile, as every browser does.

        Between two answers nothing comes on it but the end (RFC 9112, section 9.5).
        """
        held = self.connection.sock
        if held is not None and select.select([held], [], [], 0)[0]:
            self.connection.close()
