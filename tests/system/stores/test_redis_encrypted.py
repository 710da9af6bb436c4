"""A Redis that speaks TLS, and users with little more than they need."""

from pathlib import Path

import pytest

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.sessions.redis import RedisSessions
from tests.stores.contract import NOW
from tests.stores.samples import A, session
from tests.system.services.certificates import Certificates
from tests.system.services.redis import RedisServer
from tests.system.stores.loop import on_loop
from tests.system.stores.redis_case import link

#: As the how-to says.
ACL = (
    "authsrv on >secret resetkeys ~authsrv:* resetchannels &authsrv:* "
    "-@all +@read +@write +@scripting +@pubsub +@connection +info +wait +time"
)


def kept(url: str) -> bool:
    """Whether a session that is saved at *url* is found again."""
    store = RedisSessions(link(url))

    async def body() -> bool:
        await store.save(A, session(), NOW + 60)
        found = await store.load(A, NOW)
        await store.revoke(A)
        return found == session()

    try:
        return on_loop(body())
    finally:
        on_loop(store.close())


def test_verified(tmp_path: Path) -> None:
    """The server's certificate is checked: by the authority that is named, else by the system's."""
    certificates, others = (Certificates.made(tmp_path / name) for name in ("ours", "others"))
    with RedisServer(tmp_path / "redis", tls=certificates, requirepass="secret") as server:
        assert server.url.startswith("rediss://")
        assert kept(f"{server.url}?ca={certificates.authority}")
        for url in (server.url, f"{server.url}?ca={others.authority}"):
            with pytest.raises(StoreUnavailable) as refused:
                kept(url)
            assert "secret" not in str(refused.value)


def test_user(tmp_path: Path) -> None:
    """The user of the how-to may do all that is needed; with another password nobody may."""
    users = ["default off", ACL]
    with RedisServer(tmp_path / "redis", login=("authsrv", "secret"), user=users) as server:
        assert kept(server.url)
        with pytest.raises(StoreUnavailable):
            kept(server.url.replace("secret", "wrong"))
