"""The one room that names concrete classes: settings to stores, flows, pages, sites.

Who only keeps accounts does not pay for what serves: each part is imported when it is called.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from authsrv.flows.copy_accounts import Told
    from authsrv.settings import Settings
    from authsrv.wiring.direct import Offline
    from authsrv.wiring.moving import Kind, Moving
    from authsrv.wiring.seat import Seat
    from authsrv.wiring.worker import Worker


def build(settings_json: str, reactor: Any, seat: "Seat") -> "Worker":
    """The application of the worker on *seat*.  Raises CannotStart."""
    from authsrv.wiring import worker

    return worker.build(settings_json, reactor, seat)


def offline(settings: "Settings") -> AbstractContextManager["Offline"]:
    """The house without a server, for the command line.  Raises StoreUnavailable."""
    from authsrv.wiring import direct

    return direct.offline(settings)


def check(settings: "Settings") -> None:
    """Whether every key fits its certificate.  Raises CannotStart, one sentence."""
    from authsrv.wiring import startup

    startup.check(settings)


def prepare(settings: "Settings") -> list[str]:
    """What is done once before the workers start; lines for the operator.  Raises CannotStart."""
    from authsrv.wiring import startup

    return startup.prepare(settings)


def prepare_stores(settings: "Settings") -> None:
    """Make the stores, or bring them up to date.  Raises CannotStart."""
    from authsrv.wiring import startup

    startup.prepare_stores(settings)


def move(
    old: "Settings", new: "Settings", kinds: "tuple[Kind, ...]", now: float, told: "Told"
) -> AbstractContextManager["Moving"]:
    """What is to be copied from one's stores to the other's.  Raises CannotCopy."""
    from authsrv.wiring import moving

    return moving.moving(old, new, kinds, now, told)
