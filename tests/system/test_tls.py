"""What TLS is spoken, with which certificate, and how that changes while connections are open."""

import contextlib
import http.client
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.server import AUTHSRV, Server
from tests.system.waiting import until
from tests.wire.authority import RSA, Key, ec_key, write_pair

VERSIONS = {"-tls1": False, "-tls1_1": False, "-tls1_2": True, "-tls1_3": True}
#: What must be refused although OpenSSL could speak it: no forward secrecy, or no AEAD.
WEAK = ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "DHE")


def blind(*alpn: str) -> ssl.SSLContext:
    """TLS that believes everybody: these tests look at what comes."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def shake(server: Server, context: ssl.SSLContext, name: str | None = "localhost") -> ssl.SSLSocket:
    """A connection on which the handshake is done."""
    plain = socket.create_connection(("127.0.0.1", server.ports.https), timeout=5)
    try:
        return context.wrap_socket(plain, server_hostname=name)
    except OSError:
        plain.close()
        raise


def served(server: Server, name: str | None = "localhost") -> x509.Certificate:
    """The certificate that a browser which asks for *name* is shown."""
    with shake(server, blind(), name) as connection:
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return x509.load_der_x509_certificate(found)


def names(found: x509.Certificate) -> list[str]:
    """The DNS names of a certificate."""
    extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


def make(server: Server, name: str, key: Key) -> dict[str, str]:
    """A pair of files for *name* in the server's directory, as the settings name them."""
    pair = write_pair(server.home / "certs", name, key, name)
    return {"certificate": str(pair[0]), "key": str(pair[1])}


@pytest.mark.parametrize(("version", "good"), VERSIONS.items())
def test_versions(server: Server, version: str, good: bool) -> None:
    """TLS 1.2 and 1.3, nothing older."""
    # SECLEVEL=0 lets our own OpenSSL speak the old ones at all.
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.ports.https}", version]
    answer = subprocess.run(
        [*command, "-cipher", "ALL:@SECLEVEL=0"],
        input=b"",
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert (answer.returncode == 0) == good, answer.stderr.decode()


@pytest.mark.parametrize("cipher", WEAK)
def test_weak_ciphers(server: Server, cipher: str) -> None:
    """Nothing without forward secrecy or authenticated encryption."""
    context = blind()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        shake(server, context)


def test_good_cipher(server: Server) -> None:
    """What is agreed on with TLS 1.2 is ECDHE with AEAD."""
    context = blind()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with shake(server, context) as connection:
        agreed = connection.cipher()
    assert agreed is not None
    assert agreed[0].startswith("ECDHE-ECDSA-")
    assert "GCM" in agreed[0] or "CHACHA20" in agreed[0]


def test_alpn(server: Server) -> None:
    """HTTP/2 where it is known, else HTTP/1.1; another protocol's name ends the handshake."""
    cases = {
        ("h2", "http/1.1"): "h2",
        ("http/1.1", "h2"): "h2",
        ("http/1.1",): "http/1.1",
        (): None,
    }
    for offered, agreed in cases.items():
        with shake(server, blind(*offered)) as connection:
            assert connection.selected_alpn_protocol() == agreed
    with pytest.raises(ssl.SSLError, match=r"(?i)no.application.protocol"):
        shake(server, blind("imap"))


def test_server_name(make_server: MakeServer) -> None:
    """Of two certificates the asked name chooses; without a name it is the first."""
    server = make_server(1)
    pairs = [make(server, "one.test", ec_key()), make(server, "two.test", RSA)]
    server.write_settings(tls__certificates=pairs)
    server.start()
    one, two = served(server, "one.test"), served(server, "two.test")
    assert (names(one), names(two)) == (["one.test"], ["two.test"])
    assert isinstance(one.public_key(), ec.EllipticCurvePublicKey)
    assert isinstance(two.public_key(), rsa.RSAPublicKey)
    assert names(served(server, None)) == names(served(server, "other.test")) == ["one.test"]


def renew(server: Server) -> None:
    """Have a new certificate made in place of the one that is served."""
    certs = server.home / "certs"
    (certs / "localhost.pem").unlink()
    (certs / "localhost.key").unlink()
    command = [AUTHSRV, "cert", "dev", "--dir", str(certs)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def test_reload(make_server: MakeServer) -> None:
    """SIGHUP: new connections get the new certificate, and nobody is signed out."""
    server = make_server().start()
    old = served(server).serial_number
    with Client(server) as client:
        client.sign_in()
        renew(server)
        assert served(server).serial_number == old
        server.signal(signal.SIGHUP)
        until(lambda: server.events("reloaded"), 20)
        serials = {served(server).serial_number for _ in range(10)}
        assert len(serials) == 1
        assert old not in serials
        # Idle connections are closed by the workers that leave.
        client.connection.close()
        assert client.who().status == 200


def test_bad_reload(make_server: MakeServer) -> None:
    """A key that does not fit changes nothing, and the log says why."""
    server = make_server().start()
    old = served(server).serial_number
    key = server.home / "certs" / "localhost.key"
    good = key.read_bytes()
    key.write_bytes((server.home / "certs" / "ca.key").read_bytes())
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reload refused, nothing has changed"), 5)
    (refused,) = server.events("reload refused, nothing has changed")
    assert str(key) in refused["why"]
    assert refused["level"] == "error"
    assert {served(server).serial_number for _ in range(6)} == {old}
    key.write_bytes(good)
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reloaded"), 20)


def test_plain_http(server: Server) -> None:
    """The plain port answers every request with 301 to https, and keeps nothing."""
    for method, path in (("GET", "/login?return=/account"), ("POST", "/login"), ("PUT", "/x")):
        plain = http.client.HTTPConnection("127.0.0.1", server.ports.http, timeout=5)
        with contextlib.closing(plain):
            plain.request(method, path, b"name=alice" if method != "GET" else None)
            answer = plain.getresponse()
            assert (answer.status, answer.read()) == (301, b"")
            assert answer.getheader("Location") == server.base + path
            assert answer.getheader("Set-Cookie") is None


def test_plain_http_on_the_https_port(server: Server) -> None:
    """Who speaks plain http to the https port is sent away, and nobody else notices."""
    with socket.create_connection(("127.0.0.1", server.ports.https), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP/1.1 2")
    with Client(server) as client:
        assert client.get("/login").status == 200


def test_development_authority(server: Server, tmp_path: Path) -> None:
    """curl believes the certificate with the development authority, and without it does not."""
    for arguments, status in ((["--cacert", str(server.authority)], 0), ([], 60)):
        command = ["curl", "-sS", "-o", "/dev/null", "--max-time", "5", *arguments]
        ended = subprocess.run(
            [*command, f"{server.base}/login"], cwd=tmp_path, capture_output=True, check=False
        )
        assert ended.returncode == status, ended.stderr
