"""Connections over TLS that have asked once and stay: what each of them costs the server."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded

from benchmarks.errors import CannotMeasure
from benchmarks.ours import CHECK
from benchmarks.servers import Running

_PATIENCE = 30.0


@contextmanager
def idle(running: Running, protocol: str, count: int) -> Iterator[None]:
    """*count* of them are at the server until the block ends."""
    trusting = ssl.create_default_context(cafile=str(running.server.client.authority))
    trusting.set_alpn_protocols([protocol])
    ask = _http2 if protocol == "h2" else _http1
    with ExitStack() as stack:
        for _ in range(count):
            address = ("127.0.0.1", running.server.client.port)
            plain = socket.create_connection(address, _PATIENCE)
            secure = trusting.wrap_socket(plain, server_hostname="localhost")
            stack.enter_context(secure)
            ask(secure, f"localhost:{address[1]}", running.cookie)
        yield


def _http1(secure: ssl.SSLSocket, host: str, cookie: str) -> None:
    secure.sendall(f"GET {CHECK} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
    said = b""
    while not said.partition(b"\r\n\r\n")[2]:
        said += _some(secure)


def _http2(secure: ssl.SSLSocket, host: str, cookie: str) -> None:
    state = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    state.initiate_connection()
    head = {":method": "GET", ":scheme": "https", ":authority": host, ":path": CHECK}
    state.send_headers(1, [*head.items(), ("cookie", cookie)], end_stream=True)
    ended = False
    while not ended:
        secure.sendall(state.data_to_send())
        ended = any(isinstance(each, StreamEnded) for each in state.receive_data(_some(secure)))
    secure.sendall(state.data_to_send())


def _some(secure: ssl.SSLSocket) -> bytes:
    data = secure.recv(65536)
    if not data:
        raise CannotMeasure("the server closed a connection that was to idle")
    return data
