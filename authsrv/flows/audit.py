"""The audit log as it is written: kept, counted, and told to the event log."""

from collections.abc import Callable, Sequence

from attrs import frozen
from twisted.logger import Logger
from zope.interface import implementer

from authsrv.core.audit import Entry
from authsrv.core.errors import ReadOnly
from authsrv.interfaces import IAuditLog

log = Logger()


@implementer(IAuditLog)
@frozen
class ToldAudit:
    """Tells the event log what *kept* has kept, and *count* that it happened.

    While *kept* can only be read, the event log alone has what happens, and *unkept* is told too.
    None: there is no event log, so what cannot be kept is refused.
    """

    kept: IAuditLog
    count: Callable[[str, str], None]
    unkept: Callable[[str, str], None] | None = None

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """Keep it first: what was told but not kept would be a lie, unless it says so.

        A browser that cannot be noted now is a stranger next time: no reason to refuse it.
        """
        is_kept = await self._keep(entry, browser)
        self.count(entry.action.value, entry.outcome)
        tell = log.info if is_kept else log.error
        tell(
            "audit",
            action=entry.action.value,
            outcome=entry.outcome,
            actor=entry.actor,
            account=entry.account_id,
            address=entry.address,
            facts=dict(entry.facts),
            kept=is_kept,
        )

    async def entries(self, account_id: str | None, limit: int) -> Sequence[Entry]:
        """What was kept."""
        return await self.kept.entries(account_id, limit)

    async def _keep(self, entry: Entry, browser: bytes | None) -> bool:
        try:
            await self.kept.record(entry, browser)
        except ReadOnly:
            if self.unkept is None:
                raise
            self.unkept(entry.action.value, entry.outcome)
            return False
        return True
