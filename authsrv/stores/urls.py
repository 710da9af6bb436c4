"""Where a store is, as the settings write it."""

from pathlib import Path


def sqlite_path(url: str) -> Path | None:
    """The file that *url* names, or None for ``memory:``.  Raises ValueError for other schemes."""
    if url == "memory:":
        return None
    scheme, colon, path = url.partition(":")
    if scheme != "sqlite" or not path:
        # Only the scheme is repeated: the address of a database may hold a password.
        shown = f"{scheme}{colon}" if colon else "this"
        raise ValueError(f"{shown} is no store we know: write memory: or sqlite:PATH")
    return Path(path)


def is_postgresql(url: str) -> bool:
    """Whether *url* is the address of a PostgreSQL database."""
    return url.startswith("postgresql://")


def is_redis(url: str) -> bool:
    """Whether *url* is the address of a Redis (:mod:`authsrv.stores.redis.places`)."""
    return url.startswith(("redis:", "rediss:", "redis+", "rediss+"))
