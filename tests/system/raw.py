"""Bytes over TLS, as nobody's client would send them."""

import socket
import ssl

from tests.system.server import Server


def exchange(server: Server, context: ssl.SSLContext, data: bytes) -> bytes:
    """Send *data*, say that this is all, and read all that comes back."""
    received = b""
    with (
        socket.create_connection(("127.0.0.1", server.ports.https), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        try:
            connection.sendall(data)
            # Of several answers the last one is followed by a close: the request says so, or
            # what is left cannot be read.
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionError, ssl.SSLError):
            pass
    return received
