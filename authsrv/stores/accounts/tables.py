"""The tables of the account store, as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

#: The newest migration.  A store at another revision is not opened.
HEAD = "0001"
# Names are compared and ordered by code point everywhere, whatever the server's language.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", _TEXT, primary_key=True),
    Column("name", _TEXT, nullable=False, unique=True),
    Column("skeleton", _TEXT, nullable=False, unique=True),
    Column("display_name", _TEXT, nullable=False),
    Column("email", _TEXT, nullable=False),
    Column("groups", _TEXT, nullable=False),  # a JSON list
    Column("admin", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("password_hash", _TEXT),
)
#: The one set-up link that is good: at most one row, in slot 1.
SETUP_LINKS = Table(
    "setup_links",
    METADATA,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
    Column("expires_at", Double, nullable=False),
)
#: Browsers that have signed in to an account since its password was set.
BROWSERS = Table(
    "browsers",
    METADATA,
    Column("account_id", ForeignKey(ACCOUNTS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("at", Double, nullable=False),
)
#: Without a foreign key: the log outlives the accounts it speaks of.
AUDIT = Table(
    "audit",
    METADATA,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("at", Double, nullable=False),
    Column("action", _TEXT, nullable=False),
    Column("outcome", _TEXT, nullable=False),
    Column("actor", _TEXT),
    Column("account_id", _TEXT),
    Column("address", _TEXT, nullable=False),
    Column("facts", _TEXT, nullable=False),  # a JSON object
    Index(None, "account_id", "id"),
    sqlite_autoincrement=True,
)
