"""A proxy as there should be none: whatever a client sends is one request to it."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.system.proxies.talking import Answer, Talk

_WITHIN = 10.0


@contextlib.contextmanager
def naive(port: int, upstream: int) -> Iterator[None]:
    """Serve one client after another on *port*, over one connection to the port *upstream*."""
    kept = socket.create_connection(("127.0.0.1", upstream), _WITHIN)
    with socket.create_server(("127.0.0.1", port)) as listening, Talk(kept) as behind:
        thread = threading.Thread(target=_serve, args=(listening, behind))
        thread.start()
        try:
            yield
        finally:
            # accept() returns, with an error.
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(_WITHIN)


def _serve(listening: socket.socket, behind: Talk) -> None:
    count = 0
    while True:
        try:
            client, (address, _) = listening.accept()
        except OSError:
            return
        count += 1
        with client:
            behind.send(_changed(client.recv(1 << 16), address))
            behind.read(_WITHIN, count)
            client.sendall(_whole(behind.answers[count - 1]))


def _changed(request: bytes, address: str) -> bytes:
    line, _, rest = request.partition(b"\r\n")
    rest = rest.replace(b"Connection: close\r\n", b"")
    return b"%b\r\nX-Forwarded-For: %b\r\n%b" % (line, address.encode(), rest)


def _whole(answer: Answer) -> bytes:
    head = f"HTTP/1.1 {answer.status} Whatever\r\nContent-Length: {len(answer.body)}\r\n\r\n"
    return head.encode() + answer.body
