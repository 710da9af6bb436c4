"""Bringing the account store's tables up to date, or back.  All of it blocks."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from authsrv.stores.accounts.engine import for_writing, sqlite_engine, transact
from authsrv.stores.accounts.revisions import revision
from authsrv.stores.urls import is_postgresql, sqlite_path


def upgrade(url: str) -> None:
    """Make the store at *url* if it is missing, and bring its tables up to date.

    Of many at once one does it, and the others wait and find it done.  Raises StoreUnavailable;
    then nothing has changed.
    """
    _migrate(url, lambda config: command.upgrade(config, "head"))


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to *revision*; ``"base"`` leaves none."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def status(url: str) -> tuple[str | None, str]:
    """The revision that the store at *url* has (None: none at all), and the newest there is."""
    return revision(url), str(script_directory().get_current_head())


def script_directory() -> ScriptDirectory:
    """The steps, in the package, wherever it is installed."""
    return ScriptDirectory.from_config(_config())


def _migrate(url: str, step: Callable[[Config], None]) -> None:
    if is_postgresql(url):
        from authsrv.stores.accounts import alone

        alone.transact(url, _run, step)
        return
    path = sqlite_path(url)
    if path is None:
        return  # memory has no tables
    engine = sqlite_engine(path)
    try:
        transact(for_writing(engine), _run, step)
    finally:
        engine.dispose()


def _run(connection: Connection, step: Callable[[Config], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    step(config)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "authsrv.stores:migrations")
    return config
