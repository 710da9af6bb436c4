"""TLS: which versions, ciphers and certificates, changeable while connections are open.

Contexts are made here and not by Twisted's CertificateOptions: that cannot forbid renegotiation,
and sends no alert when ALPN finds nothing (RFC 7301, section 3.2).
"""

from collections.abc import Callable, Sequence

from OpenSSL import SSL
from OpenSSL._util import lib as openssl
from OpenSSL.crypto import X509
from twisted.internet.interfaces import (
    IAddress,
    IOpenSSLServerConnectionCreator,
    IProtocolFactory,
    IReactorTime,
)
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from authsrv.wire.certificates import Credential, Credentials, TlsError, load
from authsrv.wire.records import Records, TlsTransport

__all__ = ["Credential", "Credentials", "ReloadingContexts", "TlsError", "load", "tls_factory"]

#: For TLS 1.2: forward secrecy and authenticated encryption only.  TLS 1.3 has nothing else.
CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"

#: Key exchange, as dear to us as to the client: OpenSSL itself would also take P-521, X448 and
#: finite fields.  The first that the OpenSSL at hand knows: before 3.5 it has no ML-KEM.
GROUPS = (b"X25519MLKEM768:X25519:P-256:P-384", b"X25519:P-256:P-384")

# No tickets: workers could not share their keys, and a stolen ticket key opens old sessions.
_OPTIONS = (
    SSL.OP_NO_COMPRESSION
    | SSL.OP_NO_RENEGOTIATION
    | SSL.OP_NO_TICKET
    | SSL.OP_CIPHER_SERVER_PREFERENCE
)

_Select = Callable[[SSL.Connection, list[bytes]], bytes]


@implementer(IOpenSSLServerConnectionCreator)
class ReloadingContexts:
    """Makes a connection's TLS from the credentials of the moment.

    A context that has been used may not be changed (pyOpenSSL 26.2), so new credentials get new
    contexts; open connections keep theirs.
    """

    def __init__(self, credentials: Credentials, *, http2: bool = True) -> None:
        self._protocols = (b"h2", b"http/1.1") if http2 else (b"http/1.1",)
        self.swap(credentials)

    def swap(self, credentials: Credentials) -> None:
        """Use *credentials* for new connections.  Raises TlsError, and then nothing changes."""
        self._first = _contexts(credentials, self._select)
        self.credentials = credentials

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> Records:
        """A connection with the first certificate; the name that the client sends may change it."""
        return Records(self._first)

    def _select(self, connection: SSL.Connection, offered: Sequence[bytes]) -> bytes:
        for ours in self._protocols:
            if ours in offered:
                return ours
        # Ends the handshake with the alert no_application_protocol: nobody can make a browser
        # speak to us under another protocol's name.
        raise SSL.Error([("", "", "no application protocol in common")])


def tls_factory(
    creator: ReloadingContexts, factory: IProtocolFactory, reactor: IReactorTime
) -> TLSMemoryBIOFactory:
    """*factory* (a WireSite) behind TLS."""
    return _Selective(creator, False, factory, clock=reactor)


class _Selective(TLSMemoryBIOFactory):
    """Twisted's would put TLS around a connection that is not let in.

    Nor does it wait a turn for more to write: an answer is written in one piece.
    """

    protocol = TlsTransport

    def buildProtocol(  # type: ignore[override]  # Twisted's never says no
        self, addr: IAddress | None
    ) -> TlsTransport | None:
        within = self.wrappedFactory.buildProtocol(addr)
        return None if within is None else self.protocol(self, within)


def _contexts(credentials: Credentials, select: _Select) -> SSL.Context:
    by_name: dict[str, SSL.Context] = {}

    def choose(connection: SSL.Connection) -> None:
        context = _find(by_name, connection.get_servername())
        if context is not None:
            connection.set_context(context)

    contexts = []
    for credential in credentials.items:
        context = _context(credential, credentials, select, choose)
        contexts.append(context)
        for name in credential.names:
            # Of two certificates for one name the first is served.
            by_name.setdefault(name, context)
    return contexts[0]


def _find(by_name: dict[str, SSL.Context], sent: bytes | None) -> SSL.Context | None:
    """The context for the name *sent*: exact, else by wildcard (RFC 6125, section 6.4.3)."""
    name = (sent or b"").decode("ascii", "replace").lower().rstrip(".")
    return by_name.get(name) or by_name.get("*." + name.partition(".")[2])


def _context(
    credential: Credential,
    credentials: Credentials,
    select: _Select,
    choose: Callable[[SSL.Connection], None],
) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(_OPTIONS)
    # An idle connection gives its buffers back: 34 KiB each.
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_session_id(b"authsrv")
    _restrict(context)
    _use(context, credential)
    if credentials.client_ca:
        _ask_client(context, credentials)
    context.set_alpn_select_callback(select)
    context.set_tlsext_servername_callback(choose)
    # Last: pyOpenSSL tries the ciphers out, and a context that was used is closed to changes.
    context.set_cipher_list(CIPHERS)
    return context


def _use(context: SSL.Context, credential: Credential) -> None:
    own, *above = credential.chain
    try:
        context.use_certificate(own)
        context.use_privatekey(credential.key)
        context.check_privatekey()
        for certificate in above:
            context.add_extra_chain_cert(certificate)
    except SSL.Error as error:
        raise TlsError(f"OpenSSL does not accept {credential.source}: {_reason(error)}.") from None


def _restrict(context: SSL.Context) -> None:
    # pyOpenSSL has no call for this; it is what its set_tmp_ecdh does with one curve.
    if any(openssl.SSL_CTX_set1_curves_list(context._context, groups) for groups in GROUPS):
        # What it has said of a group it does not know must not be taken for a connection's error.
        openssl.ERR_clear_error()
    else:
        raise TlsError(f"OpenSSL has none of the key exchanges {GROUPS[-1].decode()}.")


def _reason(error: SSL.Error) -> str:
    try:
        return str(error.args[0][-1][-1])
    except (IndexError, TypeError):
        return "no reason given"


def _ask_client(context: SSL.Context, credentials: Credentials) -> None:
    """Ask for a certificate of *credentials.client_ca*; none is fine, a wrong one is not."""
    store = context.get_cert_store()
    if store is None:
        raise TlsError("OpenSSL keeps no authorities, so client_ca cannot be used.")
    for authority in credentials.client_ca:
        store.add_cert(X509.from_cryptography(authority))
        context.add_client_ca(authority)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_CLIENT_ONCE)
