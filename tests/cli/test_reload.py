"""``authsrv reload``, at a real unix socket: what is tested is what happens when nobody answers."""

import socket
import threading

from authsrv.settings.model import Listen
from tests.cli.fakes import CommandCase


class Reloading(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = str(self.directory / "control.sock")
        listen = Listen(control=(f"unix:{self.path}",))
        self.settings = self.settings.model_copy(update={"listen": listen})

    def answer(self, *texts: bytes) -> None:
        """Be the server, for as many commands."""
        self.heard: list[bytes] = []
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        listening.listen()

        def serve() -> None:
            with listening:
                for text in texts:
                    with listening.accept()[0] as connection:
                        self.heard.append(connection.recv(100))
                        connection.sendall(text)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)

    def test_done(self) -> None:
        """It asks, waits for the answer, and says so."""
        self.answer(b"ok\n")
        self.assertEqual(self.done("reload"), "reloaded\n")
        self.assertEqual(self.heard, [b"reload\n"])

    def test_refused(self) -> None:
        """Why nothing was reloaded is told, and the exit status is 1."""
        self.answer(b"error: the key is another's\n")
        self.assertEqual(self.refused("reload"), "authsrv: the key is another's\n")

    def test_died(self) -> None:
        """A server that ends instead of answering has not reloaded."""
        self.answer(b"")
        self.assertIn("ended", self.refused("reload"))

    def test_nobody(self) -> None:
        """Where no server answers that is said, with the address."""
        self.assertIn(self.path, self.refused("reload"))

    def test_no_socket(self) -> None:
        """Without a control socket it says what else there is."""
        self.settings = self.settings.model_copy(update={"listen": Listen()})
        self.assertIn("signal", self.refused("reload"))
        self.assertIn("signal", self.refused("upgrade"))

    def test_upgraded(self) -> None:
        """A server that becomes another says nothing; the other says that it is ready."""
        self.answer(b"", b"ok\n")
        self.assertEqual(self.done("upgrade"), "upgraded\n")
        self.assertEqual(self.heard, [b"upgrade\n", b"ready\n"])

    def test_upgrade_refused(self) -> None:
        """Why it stays what it is is told."""
        self.answer(b"error: the program on disk cannot start\n")
        self.assertEqual(self.refused("upgrade"), "authsrv: the program on disk cannot start\n")
