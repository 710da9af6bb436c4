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

    def answer(self, text: bytes) -> None:
        """Be the server, once."""
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        listening.listen()

        def serve() -> None:
            with listening, listening.accept()[0] as connection:
                self.heard = connection.recv(100)
                connection.sendall(text)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)

    def test_done(self) -> None:
        """It asks, waits for the answer, and says so."""
        self.answer(b"ok\n")
        self.assertEqual(self.done("reload"), "reloaded\n")
        self.assertEqual(self.heard, b"reload\n")

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
        self.assertIn("SIGHUP", self.refused("reload"))
