"""How a store leaves the calling thread."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

#: Runs a blocking call away from the caller: ``partial(deferToThreadPool, reactor, pool)``, or
#: :func:`twisted.internet.defer.execute` where nothing else waits (the command line, tests).
InThread = Callable[..., "Deferred[Any]"]
