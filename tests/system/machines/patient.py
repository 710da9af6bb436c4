"""People who come and go, and come back a little later when they are told to."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from attrs import define

from tests.system.server import Server
from tests.system.traffic import Person, Told

_LATER = 0.5


@define(eq=False)
class Patient(Person):
    """Hammers at nobody: an account is locked after a hundred attempts about which all is open."""

    def _count(self, status: int, good: int) -> bool:
        is_good = super()._count(status, good)
        if not is_good:
            self.stop.wait(_LATER)
        return is_good


@contextmanager
def patient(server: Server, names: list[str]) -> Iterator[list[Told]]:
    """A person for each of *names* comes and goes during the block."""
    stop = threading.Event()
    persons = [Patient(server, name, stop) for name in names]
    threads = [threading.Thread(target=person.run) for person in persons]
    with ExitStack() as stack:
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
        stack.callback(stop.set)
        yield [person.told for person in persons]
