"""A TLS client in memory, and the server that it speaks to."""

import contextlib
from collections.abc import Callable

from cryptography import x509
from OpenSSL import SSL

from authsrv.wire.tls import ReloadingContexts, tls_factory
from tests.wire.clients import HOST, House, TcpTransport

Prepare = Callable[[SSL.Context], None]


class Browser:
    """A TLS client, and the server's end of its connection."""

    def __init__(
        self,
        creator: ReloadingContexts,
        house: House,
        prepare: Prepare = lambda context: None,
        name: str | None = HOST,
        alpn: tuple[bytes, ...] = (),
    ) -> None:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        prepare(context)
        self.tls = SSL.Connection(context)
        if name is not None:
            self.tls.set_tlsext_host_name(name.encode())
        if alpn:
            self.tls.set_alpn_protos(list(alpn))
        self.tls.set_connect_state()
        self.house = house
        self.transport = TcpTransport()
        self.server = tls_factory(creator, house.site, house.clock).buildProtocol(None)
        self.server.makeConnection(self.transport)
        self.received = b""

    def handshake(self) -> "Browser":
        for _ in range(4):
            try:
                self.tls.do_handshake()
            except SSL.WantReadError:
                self.pump()
        self.pump()
        return self

    def pump(self) -> None:
        """Carry bytes until neither end has more to say."""
        for _ in range(6):
            with contextlib.suppress(SSL.WantReadError):
                self.server.dataReceived(self.tls.bio_read(1 << 16))
            self.house.turn()
            if self.transport.value():
                self.tls.bio_write(self.transport.value())
            self.transport.clear()

    def ask(self, data: bytes) -> bytes:
        self.tls.sendall(data)
        self.pump()
        return self.read()

    def read(self) -> bytes:
        try:
            while True:
                self.received += self.tls.recv(1 << 16)
        except (SSL.WantReadError, SSL.ZeroReturnError):
            return self.received

    @property
    def names(self) -> list[str]:
        """Whom the server's certificate is for."""
        shown = self.tls.get_peer_certificate(as_cryptography=True)
        if shown is None:
            return []
        san = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return san.value.get_values_for_type(x509.DNSName)
