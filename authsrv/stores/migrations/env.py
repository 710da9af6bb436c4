"""Alembic's entry: runs the steps in the transaction that authsrv.stores.accounts.migrate begins.

It needs a connection in the configuration's attributes, so the ``alembic`` command is of no use.
"""

from alembic import context

from authsrv.stores.accounts.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter a column in place.
    render_as_batch=True,
)
context.run_migrations()
