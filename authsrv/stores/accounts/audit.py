"""The audit log's table."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from authsrv.core.audit import Entry
from authsrv.stores.accounts.queries import Executes, remember_browser
from authsrv.stores.accounts.rows import entry_of, values_of_entry
from authsrv.stores.accounts.tables import AUDIT
from authsrv.stores.texts import storable

# Built once: building it costs more than the rest.
_RECORD = insert(AUDIT)


def record(connection: Executes, entry: Entry, browser: bytes | None = None) -> None:
    """Keep *entry*, and note the *browser* with which its account was signed in to."""
    if browser is not None and entry.account_id is not None:
        remember_browser(connection, storable(entry.account_id), browser, entry.at)
    connection.execute(_RECORD, values_of_entry(entry))


def entries(connection: Connection, account_id: str | None, limit: int) -> Sequence[Entry]:
    """The newest first; in the order they were kept, for clocks are stepped back."""
    columns = [column for column in AUDIT.c if column.name != "id"]
    query = select(*columns).order_by(AUDIT.c.id.desc()).limit(limit)
    if account_id is not None:
        query = query.where(AUDIT.c.account_id == account_id)
    found = connection.execute(query).mappings()
    return [entry for row in found if (entry := entry_of(row))]
