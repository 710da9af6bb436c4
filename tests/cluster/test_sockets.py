"""These open real sockets, on free ports of this machine: what is tested is the opening."""

import os
import socket
import stat
import tempfile

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.sockets import Inherited, Listener, open_listeners


class _SocketCase(SynchronousTestCase):
    def setUp(self) -> None:
        # Short: a unix socket's path has at most 107 bytes.
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "a.sock")

    def open(self, *wanted: str, systemd: Inherited = ()) -> list[Listener]:
        opened = open_listeners([("https", text) for text in wanted], systemd)
        for listener in opened:
            self.addCleanup(listener.close)
        return opened

    def refusal(self, *wanted: str, systemd: Inherited = ()) -> str:
        with self.assertRaises(CannotStart) as caught:
            self.open(*wanted, systemd=systemd)
        return str(caught.exception)


class TcpTests(_SocketCase):
    def test_open(self) -> None:
        """A socket listens, waits for nobody, is not inherited, and tells its real port."""
        (it,) = self.open("127.0.0.1:0")
        self.assertEqual(f"127.0.0.1:{it.held.getsockname()[1]}", it.address)
        self.assertTrue(it.held.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
        self.assertFalse(it.held.get_inheritable())
        self.assertFalse(it.held.getblocking())

    def test_in_use(self) -> None:
        """A port that is taken is told in one line."""
        (it,) = self.open("127.0.0.1:0")
        self.assertEqual(
            f"cannot listen on {it.address}: address already in use", self.refusal(it.address)
        )

    def test_all_or_none(self) -> None:
        """If one socket cannot be opened, those before it are closed."""
        (taken,) = self.open("127.0.0.1:0")
        self.refusal(f"unix:{self.path}", taken.address)
        self.assertFalse(os.path.exists(self.path))

    def test_both_families(self) -> None:
        """An IPv6 socket leaves the IPv4 port of the same number to another."""
        if not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        (six,) = self.open("[::1]:0")
        self.assertTrue(six.held.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
        self.assertTrue(six.address.startswith("[::1]:"))

    def test_not_an_address(self) -> None:
        """What is no address is refused in one line, too."""
        self.assertTrue(self.refusal("x").startswith("cannot listen on x: "))


class UnixTests(_SocketCase):
    def test_open(self) -> None:
        """A unix socket may be used by its owner and group, and goes when it is closed."""
        (it,) = self.open(f"unix:{self.path}")
        self.assertEqual(0o660, stat.S_IMODE(os.stat(self.path).st_mode))
        it.close()
        self.assertFalse(os.path.exists(self.path))

    def test_stale(self) -> None:
        """A socket that a dead server has left is replaced."""
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(self.path)
        self.open(f"unix:{self.path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path)

    def test_living(self) -> None:
        """A socket on which somebody answers is left alone."""
        self.open(f"unix:{self.path}")
        self.assertIn("address already in use", self.refusal(f"unix:{self.path}"))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path)

    def test_file(self) -> None:
        """A file that is no socket is never removed."""
        with open(self.path, "w") as other:
            other.write("precious")
        self.refusal(f"unix:{self.path}")
        with open(self.path) as other:
            self.assertEqual("precious", other.read())

    def test_umask(self) -> None:
        """The process' umask is as it was."""
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)
        self.open(f"unix:{self.path}")
        self.assertEqual(0o022, os.umask(0o022))


class SystemdTests(_SocketCase):
    def given(self, listening: bool = True) -> int:
        made = socket.socket()
        made.bind(("127.0.0.1", 0))
        if listening:
            made.listen()
        return made.detach()

    def test_adopted(self) -> None:
        """All sockets of the name are taken, no other, and none is inherited by chance."""
        ones, other = [self.given(), self.given()], self.given()
        self.addCleanup(os.close, other)
        os.set_inheritable(ones[0], True)
        opened = self.open(
            "systemd:web", systemd=[("web", ones[0]), ("dns", other), ("web", ones[1])]
        )
        self.assertEqual(ones, [it.held.fileno() for it in opened])
        self.assertEqual([False, False], [it.held.get_inheritable() for it in opened])
        self.assertEqual("systemd:web", opened[0].address)

    def test_absent(self) -> None:
        """A name that systemd has not given is told in one line."""
        self.assertEqual(
            "cannot listen on systemd:web: systemd has handed over no socket of that name",
            self.refusal("systemd:web"),
        )

    def test_not_listening(self) -> None:
        """A socket that does not listen is refused."""
        self.assertIn(
            "not a listening one", self.refusal("systemd:web", systemd=[("web", self.given(False))])
        )
