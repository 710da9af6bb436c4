"""``python -m authsrv.worker --channel 3``: the process that serves.  The supervisor starts it."""

import argparse
import gc
import os
import signal
import socket
import sys
from typing import Any

from attrs import define
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.internet.protocol import Factory
from twisted.logger import Logger, globalLogBeginner

from authsrv.cluster.child import Life, Surroundings, WorkerChannel, background
from authsrv.cluster.clock import use_monotonic
from authsrv.cluster.eventlog import EventLog
from authsrv.cluster.ports import adopt
from authsrv.cluster.serving import IServing
from authsrv.cluster.signals import signal_setter
from authsrv.cluster.spare import Spare, raise_limit
from authsrv.cluster.tally import Tally

_log = Logger()
# A terminal sends these to all processes at once; what they mean, the supervisor says.
_NOT_FOR_US = (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


def main(arguments: list[str] | None = None) -> int:
    """Serve until the supervisor says otherwise or is gone; the exit status."""
    # What is made while we start stays: looking through it again and again finds no rubbish.
    gc.disable()
    for number in _NOT_FOR_US:
        signal.signal(number, signal.SIG_IGN)
    asked = _parser().parse_args(arguments)
    log = EventLog(asked.log_format, asked.log_file)
    globalLogBeginner.beginLoggingTo([log])
    if asked.asyncio:
        from twisted.internet import asyncioreactor

        asyncioreactor.install()
    # Here and not above: importing it chooses it.
    from twisted.internet import reactor

    raise_limit()
    return Process(reactor, log, Spare()).run(asked.channel, asked.tally)


@define(eq=False)
class Process:
    """This process: its reactor, its log, its exit status."""

    _reactor: Any
    _log: EventLog
    _spare: Spare
    _tally: int = -1
    _status: int = 0

    def run(self, channel: int, tally: int) -> int:
        """Serve, with the supervisor at the other end of the descriptor *channel*.

        Behind the descriptor *tally* is the memory that the workers share.
        """
        self._tally = tally
        use_monotonic(self._reactor)
        life = Life(
            Surroundings(self._build, self._adopt, self._leave, self._log.reopen, signal.alarm)
        )
        self._connect(channel, WorkerChannel(life))
        self._reactor.callWhenRunning(self._obey_sigterm, life)
        self._reactor.run()
        return self._status

    def _build(self, settings: str, index: int) -> IServing:
        # Late, because it imports everything that serves: a failure is told to the supervisor.
        from authsrv.wiring import build
        from authsrv.wiring.seat import Seat

        seat = Seat(index, self._log, Tally.adopt(self._tally, index), self._spare)
        serving: IServing = build(settings, self._reactor, seat)
        gc.freeze()
        gc.enable()
        return serving

    def _adopt(self, descriptor: int, family: int, factory: IProtocolFactory) -> IListeningPort:
        return adopt(self._reactor, descriptor, family, factory, self._spare)

    def _leave(self, status: int) -> None:
        self._status = status
        try:
            self._reactor.stop()
        except ReactorNotRunning:
            _log.debug("asked to leave twice")

    def _connect(self, channel: int, worker: WorkerChannel) -> None:
        os.set_blocking(channel, False)
        factory = Factory.forProtocol(lambda: worker.protocol)
        self._reactor.adoptStreamConnection(channel, socket.AF_UNIX, factory)
        os.close(channel)

    def _obey_sigterm(self, life: Life) -> None:
        signal_setter(self._reactor)(
            signal.SIGTERM, lambda: background(life.drain(life.drain_seconds, "SIGTERM"))
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="authsrv.worker", description="Serves for 'twistd authsrv', which starts it."
    )
    parser.add_argument("--channel", type=int, required=True, help="descriptor of the channel")
    parser.add_argument(
        "--tally", type=int, required=True, help="descriptor of the workers' shared counts"
    )
    parser.add_argument("--log-format", choices=("json", "text"), default="json")
    parser.add_argument(
        "--asyncio", action="store_true", help="run on asyncio's event loop: a store needs it"
    )
    parser.add_argument("--log-file", help="where the log goes; default: stdout")
    return parser


if __name__ == "__main__":
    sys.exit(main())
