"""A wall between a client and a server: a TCP proxy that loses, delays or cuts what goes through.

It stands on 127.0.0.1 and runs in a thread of its own.  A mode holds for all connections, those
that are open too, from the moment its method returns.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

from tests.system.services.listener import Listener
from tests.system.services.passage import Passage, Traffic, Way, reset

#: More connections than this at a time are turned away.
MOST = 400
_WITHIN = 10.0


class Wall:
    """In front of the server on the port *upstream* of 127.0.0.1."""

    def __init__(self, upstream: int) -> None:
        self.requests = Traffic()
        self.answers = Traffic()
        #: How many connections were accepted, and how many of them led nowhere from the start.
        self.connections = 0
        self.ignored = 0
        self._upstream = upstream
        self._listener = Listener()
        self.port = self._listener.port
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._started = threading.Event()
        self._leading: set[asyncio.Task[None]] = set()
        self._held: list[Way] = []
        self._wanted: bytes | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(_WITHIN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(_WITHIN)
        assert not self._thread.is_alive()

    # Modes

    def pass_all(self) -> None:
        """Everything comes through, as at the start; but not where something was lost before."""
        self._do(self._set())

    def slow(self, seconds: float) -> None:
        """Every answer is late by so much."""
        self._do(self._set(delay=seconds))

    def drop(self, *, hang: bool = False) -> None:
        """Nothing comes through in either direction, no FIN and no RST either.

        Who connects is accepted and never answered; or, with *hang*, never accepted.
        """
        self._do(self._set(requests=True, answers=True, hang=hang))

    def lose_answers(self) -> None:
        """Requests reach the server, its answers vanish."""
        self._do(self._set(answers=True))

    # What is done once

    def late(self, request: bytes = b"") -> None:
        """Hold the answers of the connection that is the next to send *request*, until release.

        Other connections are not concerned, so their answers come before it.
        """
        self._wanted = request

    @property
    def held(self) -> int:
        """How many pieces wait for release."""
        return sum(each.waiting for each in self._held)

    def release(self) -> None:
        """Let the answers through that are held; nothing is held any more."""
        self._do(self._release())

    def cut(self) -> None:
        """Close all connections at both ends, now, with RST.  The mode stays."""
        self._do(self._cut())

    # In the thread

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_WITHIN)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._accepting = asyncio.create_task(self._accept())
        self._started.set()
        await self._over.wait()
        await self._stop_accepting()
        self._listener.close()
        await self._cut()

    async def _set(
        self,
        *,
        requests: bool = False,
        answers: bool = False,
        delay: float = 0.0,
        hang: bool = False,
    ) -> None:
        self.requests.vanishes = requests
        self.answers.vanishes = answers
        self.answers.delay = delay
        if hang and not self._listener.is_blocked:
            await self._stop_accepting()
            await self._listener.block()
        elif self._listener.is_blocked and not hang:
            for each in self._listener.unblock():
                self._admit(each)
            self._accepting = asyncio.create_task(self._accept())

    async def _release(self) -> None:
        self._wanted = None
        for each in self._held:
            each.release()
        self._held.clear()

    async def _cut(self) -> None:
        tasks = list(self._leading)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A transport closes its socket in the loop's next turn.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    # Who connects

    async def _accept(self) -> None:
        while True:
            self._admit(await self._listener.accept())

    async def _stop_accepting(self) -> None:
        self._accepting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._accepting

    def _admit(self, plain: socket.socket) -> None:
        if len(self._leading) >= MOST:
            plain.close()
            return
        self.connections += 1
        task = asyncio.create_task(self._lead(plain))
        self._leading.add(task)
        task.add_done_callback(self._leading.discard)
        # Of one that was cut before it began nobody else has heard.
        task.add_done_callback(lambda done: plain.close() if done.cancelled() else None)

    async def _lead(self, plain: socket.socket) -> None:
        client = await asyncio.open_connection(sock=plain)
        try:
            if self.requests.vanishes:
                await self._ignore(client[0])
            else:
                server = await asyncio.open_connection("127.0.0.1", self._upstream)
                passage = Passage(client, server, self.requests, self.answers)
                await passage.run(lambda piece: self._look(passage, piece))
        except OSError:
            # Nobody listens there.  A reset is as near to that as a wall can come.
            pass
        finally:
            reset(client[1])

    async def _ignore(self, reader: asyncio.StreamReader) -> None:
        self.ignored += 1
        while await reader.read(65536):
            self.requests.lost += 1

    def _look(self, passage: Passage, piece: bytes) -> None:
        if self._wanted is not None and self._wanted in piece:
            self._wanted = None
            passage.answers.hold()
            self._held.append(passage.answers)
