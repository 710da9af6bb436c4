"""Telling systemd how we are (sd_notify(3))."""

import contextlib
import socket
from collections.abc import Callable, Mapping

Notify = Callable[[str], None]


def notifier(environment: Mapping[str, str]) -> Notify:
    """Sends a state such as ``READY=1`` to whoever started us, or to nobody if nobody asked."""
    path = environment.get("NOTIFY_SOCKET", "")
    # "@" stands for the NUL byte of an address that is not in the file system.
    address = "\0" + path[1:] if path.startswith("@") else path

    def send(state: str) -> None:
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError), sender:
            sender.setblocking(False)
            sender.sendto(state.encode("ascii"), address)

    return send if path else _nobody


def reloading(monotonic: float) -> str:
    """What systemd is told when a reload begins; *monotonic* is CLOCK_MONOTONIC in seconds."""
    return f"RELOADING=1\nMONOTONIC_USEC={int(monotonic * 1e6)}"


def _nobody(state: str) -> None:
    """Nobody wants to know *state*."""
