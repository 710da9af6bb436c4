"""Certificates that are replaced on disk are served without a word from anybody."""

from collections.abc import Callable, Sequence
from pathlib import Path

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from authsrv.wire.certificates import Credentials, TlsError
from authsrv.wire.tls import ReloadingContexts

log = Logger()
#: The files are looked at so often, in seconds.
EVERY = 60.0
# What changes when a file is written or replaced, as far as the kernel says.
_Stamp = tuple[int, int, int] | None


class Renewal:
    """Looks at *files* now and then; when one has changed, what *read* reads is served.

    While one half of a pair is new and the other still old, *read* raises TlsError: what was
    served before is served on, and the next look tries again.
    """

    def __init__(
        self,
        clock: IReactorTime,
        files: Sequence[Path],
        read: Callable[[], Credentials],
        *,
        http2: bool = True,
    ) -> None:
        self._clock = clock
        self._files = files
        self._read = read
        self._timer: IDelayedCall | None = None
        # Taken first, here as later: what is written while we read is seen the next time.
        self._served = self._stamps()
        #: What serves them.
        self.contexts = ReloadingContexts(read(), http2=http2)

    def start(self) -> None:
        """Look from now on."""
        self._timer = self._clock.callLater(EVERY, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _look(self) -> None:
        self.start()
        found = self._stamps()
        if found == self._served:
            return
        try:
            self.contexts.swap(self._read())
        except TlsError as error:
            log.error("changed certificates cannot be used", why=str(error))
            return
        self._served = found
        log.info("certificates renewed")

    def _stamps(self) -> list[_Stamp]:
        return [_stamp(file) for file in self._files]


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
