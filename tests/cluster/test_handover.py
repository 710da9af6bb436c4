"""What a supervisor leaves to the next: real sockets, for the kernel has the last word."""

import os
import socket
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.handover import VARIABLE, Handover, OldWorker, close_channels, reap, take
from authsrv.cluster.sockets import Listener


class HandoverTests(SynchronousTestCase):
    """It goes through the environment."""

    def setUp(self) -> None:
        self.held = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.held.close)
        self.channel, other = socket.socketpair()
        self.addCleanup(self.channel.close)
        self.addCleanup(other.close)
        self.other = other

    def pack(self) -> str:
        listener = Listener("https", "127.0.0.1:1", "127.0.0.1:0", self.held, "/x")
        return Handover((listener,), (OldWorker(77, self.channel.fileno()),)).pack()

    def test_round(self) -> None:
        """What was left is taken, once."""
        environment = {VARIABLE: self.pack(), "LANG": "C"}
        taken = take(environment)
        self.assertEqual({"LANG": "C"}, environment)
        (listener,) = taken.listeners
        self.assertEqual(self.held.getsockname(), listener.held.getsockname())
        self.assertEqual(
            ("https", "127.0.0.1:0", "/x"), (listener.kind, listener.asked, listener.path)
        )
        self.assertEqual((OldWorker(77, self.channel.fileno()),), taken.workers)
        listener.held.detach()
        self.assertEqual(Handover(), take(environment))

    def test_inheritable(self) -> None:
        """The descriptors live through execve, and are private again when they were taken."""
        environment = {VARIABLE: self.pack()}
        for descriptor in (self.held.fileno(), self.channel.fileno()):
            self.assertTrue(os.get_inheritable(descriptor))
        take(environment).listeners[0].held.detach()
        for descriptor in (self.held.fileno(), self.channel.fileno()):
            self.assertFalse(os.get_inheritable(descriptor))

    def test_close_channels(self) -> None:
        """An old worker hears of the end of its supervisor."""
        close_channels([OldWorker(77, self.channel.detach())])
        self.assertEqual(b"", self.other.recv(1))

    def test_reap(self) -> None:
        """A worker that has ended is reaped, one that has not is still there."""
        command = [sys.executable, "-c", "input()"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        workers = [OldWorker(child.pid, 0), OldWorker(2**22 + 1, 0)]
        self.assertEqual(workers[:1], reap(workers))
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual([], reap(workers))
        child.returncode = 0
