"""The servers at a place: commands to the one that has a key, in one write on one connection.

redis-py keeps the connections, finds the primary and the cluster's shards.  Its retries are off:
what may be done twice is not its to decide.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from attrs import define, field
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, PipelineCommand
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ClusterDownError, MovedError, RedisClusterException, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from authsrv.stores.redis.places import Login, Place

#: A command and its arguments.
Command = Sequence[bytes | str | int | float]
#: Connections to one server; more calls wait for one, within their deadline.
CONNECTIONS = 32


class Servers(Protocol):
    """One place."""

    async def run(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        """What the server that has *key* answers to *commands*; raises what redis-py raises."""

    async def listener(self, key: bytes) -> PubSub:
        """A subscription, still to none, at the server that has *key*."""

    async def close(self) -> None:
        """Close every connection."""


def connect(place: Place, deadline: float) -> Servers:
    """The servers at *place*; nothing is opened yet.  Making a connection takes *deadline* too."""
    options = _options(place, place.login, deadline)
    if place.kind == "cluster":
        return _Cluster(place, options)
    if place.kind == "sentinel":
        asked = _options(place, place.sentinel_login, deadline)
        sentinel = Sentinel(place.hosts, sentinel_kwargs=asked, **options)
        return _One(sentinel.master_for(place.name, db=place.database), sentinel)
    ((host, port),) = place.hosts
    return _One(Redis(host=host, port=port, db=place.database, **options))


def _options(place: Place, login: Login, deadline: float) -> dict[str, Any]:
    options: dict[str, Any] = {
        "username": login.username,
        "password": login.password,
        "socket_timeout": deadline,
        "socket_connect_timeout": deadline,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "client_name": "authsrv",
    }
    if place.tls:
        options |= {"ssl": True, "ssl_ca_certs": place.ca, "ssl_check_hostname": True}
    return options


async def _answers(pool: ConnectionPool, commands: Sequence[Command]) -> list[Any]:
    connection = await pool.get_connection()
    try:
        await connection.send_packed_command(connection.pack_commands(commands))
        # All are read before any is looked at: what is left unread would answer the next caller.
        answers: list[Any] = []
        for _ in commands:
            try:
                answers.append(await connection.read_response())
            except ResponseError as error:
                answers.append(error)
    finally:
        await pool.release(connection)
    return _checked(answers)


def _checked(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


@define
class _One:
    """One server; with a Sentinel, whichever is the primary."""

    _client: Redis
    _sentinel: Sentinel | None = None

    async def run(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        return await _answers(self._client.connection_pool, commands)

    async def listener(self, key: bytes) -> PubSub:
        return self._client.pubsub()

    async def close(self) -> None:
        await self._client.aclose()
        if self._sentinel is not None:
            await self._sentinel.aclose()


@define
class _Cluster:
    """A cluster; its map is read anew after a redirection or a lost server."""

    _place: Place
    _options: dict[str, Any]
    _client: RedisCluster = field(init=False)
    _mapped: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._client = RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in self._place.hosts],
            # Half a cluster serves half the sessions, rather than none.
            require_full_coverage=False,
            max_connections=2 * CONNECTIONS,
            **self._options,
        )

    async def run(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        try:
            return await self._run(key, commands)
        except MovedError:
            # Not done there, so it may be asked again where it belongs.
            self._mapped = False
            return await self._run(key, commands)

    async def _run(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        node = await self._node(key)
        asked = [PipelineCommand(number, *each) for number, each in enumerate(commands)]
        try:
            await node.execute_pipeline(asked)
            return _checked([each.result for each in asked])
        except (RedisConnectionError, ClusterDownError):
            self._mapped = False
            raise

    async def listener(self, key: bytes) -> PubSub:
        node = await self._node(key)
        return Redis(host=node.host, port=int(node.port), **self._options).pubsub()

    async def close(self) -> None:
        await self._client.aclose()

    async def _node(self, key: bytes) -> ClusterNode:
        try:
            if not self._mapped:
                await self._client.initialize()
                await self._client.nodes_manager.initialize()
                self._mapped = True
            node = self._client.get_node_from_key(key)  # type: ignore[arg-type]  # bytes too
        except RedisClusterException as error:
            # Nobody has the key, or nobody answers at all; redis-py has it apart from its errors.
            self._mapped = False
            raise RedisConnectionError(str(error)) from error
        if node is None:
            raise RedisConnectionError("nobody has the key")
        return node
