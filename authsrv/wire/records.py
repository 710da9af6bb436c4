"""TLS in memory: Twisted's, with as few calls of OpenSSL as one read and one answer need.

pyOpenSSL allocates 32 KiB for each read, and learns that there is no more by asking until that
fails.  Both cost several times what the cipher does.  What is private of it here is why its minor
version is pinned.
"""

from typing import Any

from OpenSSL import SSL
from OpenSSL._util import ffi
from OpenSSL._util import lib as openssl
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure

# Everything here is called in the reactor's thread, and has copied what it read before it returns.
_SIZE = 1 << 16
_room = ffi.new("char[]", _SIZE)
_view = memoryview(ffi.buffer(_room))


class Records(SSL.Connection):
    """A connection whose bytes are read from memory and written there."""

    _ssl: Any
    _into_ssl: Any
    _from_ssl: Any
    _raise_ssl_error: Any

    def bio_write(self, buf: Any) -> int:
        """The client has sent *buf*, which is bytes."""
        return int(openssl.BIO_write(self._into_ssl, buf, len(buf)))

    def send(self, buf: Any, flags: int = 0) -> int:
        """Encrypt *buf*, which is bytes; how many of them were.  Raises SSL.Error."""
        sent = openssl.SSL_write(self._ssl, buf, len(buf))
        if sent <= 0:
            self._raise_ssl_error(self._ssl, sent)
        return int(sent)

    def next_received(self) -> bytes:
        """Of what the client has said the next piece; empty if more must come.

        Raises SSL.ZeroReturnError at the end, SSL.Error when there cannot be any more.
        """
        size = openssl.SSL_read(self._ssl, _room, _SIZE)
        if size > 0:
            return bytes(_view[:size])
        if openssl.SSL_get_error(self._ssl, size) != openssl.SSL_ERROR_WANT_READ:
            self._raise_ssl_error(self._ssl, size)
        return b""

    @property
    def has_received(self) -> bool:
        """Whether next_received could have something to say: a record, whole or in part."""
        return bool(
            openssl.BIO_get_mem_data(self._into_ssl, ffi.NULL) or openssl.SSL_pending(self._ssl)
        )

    def next_to_send(self) -> bytes:
        """Of what is to be sent the next piece; empty if there is nothing."""
        size = openssl.BIO_read(self._from_ssl, _room, _SIZE)
        return bytes(_view[:size]) if size > 0 else b""


class TlsTransport(TLSMemoryBIOProtocol):
    """Twisted's, around Records."""

    transport: Any
    _tlsConnection: Records
    _aborted: bool

    def _flushReceiveBIO(self) -> None:
        """Deliver what has been received; send what TLS itself has to say to that."""
        connection, goes_on = self._tlsConnection, True
        while goes_on and not self._lostTLSConnection:
            try:
                data = connection.next_received()
            except SSL.ZeroReturnError:
                self._shutdownTLS()
                self._tlsShutdownFinished(None)
            except SSL.Error:
                self._tlsShutdownFinished(Failure())
            else:
                if data and not self._aborted:
                    self.wrappedProtocol.dataReceived(data)
                goes_on = bool(data) and connection.has_received
        self._flushSendBIO()

    def _flushSendBIO(self) -> None:
        if data := self._tlsConnection.next_to_send():
            self.transport.write(data)
