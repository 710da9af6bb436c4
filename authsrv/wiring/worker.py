"""A worker's insides: the house over threads, behind sites, behind TLS."""

import os
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from attrs import define, fields
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from authsrv.cluster.overload import Overload
from authsrv.cluster.serving import IServing
from authsrv.core.errors import Busy, StoreUnavailable
from authsrv.core.peers import Trust
from authsrv.flows.housekeeping import Housekeeping
from authsrv.methods.password.hasher import Argon2Hasher
from authsrv.settings import Settings
from authsrv.stores.remembered import Counts
from authsrv.web.page import Refusal
from authsrv.wire.accesslog import AccessLog
from authsrv.wire.admission import Admission
from authsrv.wire.drain import drain
from authsrv.wire.limits import Limits
from authsrv.wire.redirect import redirect_site
from authsrv.wire.renewal import Renewal
from authsrv.wire.reply import Reply
from authsrv.wire.site import WireSite
from authsrv.wire.strikes import Strikes
from authsrv.wire.tls import load, tls_factory
from authsrv.wire.turns import Turns
from authsrv.wiring import pages
from authsrv.wiring.figures import Figures
from authsrv.wiring.house import furnish
from authsrv.wiring.pools import Pools, hasher_cost, hashing_threads
from authsrv.wiring.seat import Seat
from authsrv.wiring.stores import Stores, open_stores, with_copies

log = Logger()
#: Expired rows are swept so often, in seconds.
SWEEP_EVERY = 60.0


@implementer(IServing)
@define(eq=False)
class Worker:
    """One worker's application, from its start to the end of its drain."""

    factories: dict[str, IProtocolFactory]
    _sites: list[WireSite]
    _figures: Figures
    _housekeeping: Housekeeping
    _begin: Callable[[], None]
    _close: Callable[[], Coroutine[Any, Any, None]]
    _reactor: Any
    #: What looks at something now and then, as long as we serve.
    _watches: Sequence[Overload | Renewal]
    _sweeps: LoopingCall | None = None

    async def start(self) -> None:
        """Everything was opened when this was made."""
        self._begin()
        for watch in self._watches:
            watch.start()

    async def drain(self, seconds: float) -> None:
        """Finish what runs within *seconds*, then close everything."""
        if self._sweeps is not None:
            self._sweeps.stop()
        for watch in self._watches:
            watch.stop()
        await gatherResults([Deferred.fromCoroutine(drain(site, seconds)) for site in self._sites])
        await self._close()

    def caretake(self) -> None:
        """Sweep from now on."""
        if self._sweeps is None:
            self._sweeps = LoopingCall(self._sweep)
            self._sweeps.clock = self._reactor
            self._sweeps.start(SWEEP_EVERY, now=True)

    def figures(self) -> str:
        """What this worker has counted."""
        return self._figures.text()

    def _sweep(self) -> Deferred[object]:
        def note(failure: Failure) -> None:
            if failure.check(StoreUnavailable):
                log.warn("expired rows could not be swept", why=failure.getErrorMessage())
            else:
                log.failure("expired rows could not be swept", failure)

        # A sweep that fails must not end the sweeping.
        return Deferred.fromCoroutine(self._housekeeping.sweep()).addErrback(note)


def build(settings_json: str, reactor: Any, seat: Seat) -> Worker:
    """The application of the worker on *seat*.  Raises CannotStart."""
    settings = Settings.model_validate_json(settings_json)
    pools = Pools.started(reactor, hashing_threads(settings))
    figures = Figures()
    hasher = Argon2Hasher(
        hasher_cost(settings), pools.running_in(pools.hashing), settings.limits.waiting_hashes
    )
    figures.watch_hashing(hasher)
    figures.watch_accepting(seat.spare)
    stores = open_stores(
        settings,
        pools.running_in(pools.sessions),
        pools.for_accounts(settings),
        figures.count_redis,
    )
    turns = Turns(reactor)
    counts = Counts() if stores.redis is None else stores.redis.counts
    if stores.redis is None:
        # What a turn begins had arrived before it: whatever it finds first is new enough for all.
        stores = with_copies(settings, stores, counts, lambda: turns.now)
    figures.watch_copies(counts)
    overload = Overload(reactor, seat.spare, figures.requests.struck)
    house = furnish(
        settings,
        stores,
        hasher,
        clock=time.time,
        random=os.urandom,
        count=figures.count,
        unkept=figures.count_unkept,
        struck=Strikes(reactor.seconds, figures.requests).note,
        admit=partial(_admit, overload),
    )
    face = pages.front(settings, house)
    trust = Trust.parse(settings.trust.proxies)
    common: dict[str, Any] = {
        "reactor": reactor,
        "limits": _limits(settings),
        "trust": trust,
        "access_log": AccessLog(seat.log_to.write_line, seat.index, turns).note,
        "turns": turns,
        "counters": figures.requests,
        "admission": _admission(settings, trust, seat),
    }
    ours = WireSite(
        pages.root(settings, house, face),
        hosts=frozenset({urlsplit(settings.public_url).netloc}),
        refuse=lambda error: Refusal(face, error),
        bare=face.dress(Reply(400)).headers,
        **common,
    )
    elsewhere = redirect_site(settings.public_url, **common)
    factories: dict[str, IProtocolFactory] = {"http": elsewhere, "authz": ours, "plain": ours}
    watches: list[Overload | Renewal] = [overload]
    if settings.tls.certificates:
        renewal = _renewal(settings, reactor)
        factories["https"] = tls_factory(renewal.contexts, ours, reactor)
        watches.append(renewal)
    return Worker(
        factories,
        [ours, elsewhere],
        figures,
        house.housekeeping,
        stores.start,
        partial(_close, stores, pools),
        reactor,
        watches,
    )


def _limits(settings: Settings) -> Limits:
    wanted = {field.name for field in fields(Limits)}
    return Limits(**settings.limits.model_dump(include=wanted))


def _admission(settings: Settings, trust: Trust, seat: Seat) -> Admission:
    limits = settings.limits
    return Admission(seat.tally, trust, limits.connections, limits.connections_per_address)


def _admit(overload: Overload) -> None:
    if overload.reason is not None:
        raise Busy(f"overloaded: {overload.reason}")


def _renewal(settings: Settings, reactor: Any) -> Renewal:
    pairs = [(each.certificate, each.key) for each in settings.tls.certificates]
    authority = settings.tls.client_ca
    files = [*chain.from_iterable(pairs), *filter(None, [authority])]
    return Renewal(reactor, files, partial(load, pairs, authority), http2=settings.tls.http2)


async def _close(stores: Stores, pools: Pools) -> None:
    await stores.close()
    pools.stop()
