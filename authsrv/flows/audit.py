"""The audit log as it is written: kept, counted, and told to the event log."""

from collections.abc import Callable, Sequence

from attrs import frozen
from twisted.logger import Logger
from zope.interface import implementer

from authsrv.core.audit import Entry
from authsrv.interfaces import IAuditLog

log = Logger()


@implementer(IAuditLog)
@frozen
class ToldAudit:
    """Tells the event log what *kept* has kept, and *count* that it happened."""

    kept: IAuditLog
    count: Callable[[str, str], None]

    async def record(self, entry: Entry) -> None:
        """Keep it first: what was told but not kept would be a lie."""
        await self.kept.record(entry)
        self.count(entry.action.value, entry.outcome)
        log.info(
            "audit",
            action=entry.action.value,
            outcome=entry.outcome,
            actor=entry.actor,
            account=entry.account_id,
            address=entry.address,
            facts=dict(entry.facts),
        )

    async def entries(self, account_id: str | None, limit: int) -> Sequence[Entry]:
        """What was kept."""
        return await self.kept.entries(account_id, limit)
