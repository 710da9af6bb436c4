"""TLS as others judge it: sslyze by Mozilla's intermediate profile, and testssl.sh."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from tests.system.conftest import MakeServer
from tests.system.server import Server

#: In an environment of its own: it wants another cryptography than we do.
SSLYZE = Path(sys.prefix) / "judges" / "bin" / "sslyze"
TESTSSL = "testssl"
#: Seconds; alone on a machine they take 1 and 45.
PATIENCE = 400

#: Nothing old, nothing without forward secrecy, nothing without authentication.
SUITES = {
    "ssl_2_0_cipher_suites": set[str](),
    "ssl_3_0_cipher_suites": set[str](),
    "tls_1_0_cipher_suites": set[str](),
    "tls_1_1_cipher_suites": set[str](),
    "tls_1_2_cipher_suites": {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    },
    "tls_1_3_cipher_suites": {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    },
}

# Of testssl.sh, all that takes seconds: protocols, forward secrecy, preference, server defaults and
# certificate, header fields, vulnerabilities, mistakes in the protocol.  Of the ciphers (-s, -e)
# sslyze has tried every one.
SECTIONS = ("-p", "-f", "-P", "-S", "-h", "-U", "-g")
#: A check of each section, and the last line of a run that was not broken off.
_LOOKED = {
    "TLS1_3", "PFS", "cipher_order", "cert_chain_of_trust", "HSTS_time",
    "heartbleed", "RC4", "GREASE", "scanTime",
}  # fmt: skip
_BAD = {"MEDIUM", "HIGH", "CRITICAL", "WARN", "FATAL"}


@frozen
class Excuse:
    """A finding of testssl.sh that is none of the server's."""

    id: str
    severity: str
    finding: str
    reason: str

    def covers(self, row: dict[str, str]) -> bool:
        """Whether *row* is this finding, to the letter."""
        said = (row["id"], row["severity"], row["finding"])
        return said == (self.id, self.severity, self.finding)


EXCUSES = (
    Excuse(
        "cert_revocation", "HIGH", "Neither CRL nor OCSP URI provided",
        "a development authority lives on one desk and publishes nothing",
    ),
    Excuse(
        "engine_problem", "WARN",
        "No engine or GOST support via engine with your /usr/bin/openssl",
        "of the OpenSSL that testssl.sh uses, not of ours",
    ),
    Excuse(
        "sessionresumption_ticket", "WARN", "check failed because of connect problem",
        "its own client may end before a ticket has arrived, and then reads an empty file",
    ),
)  # fmt: skip


@frozen
class Verdict:
    """What sslyze has found."""

    #: Mozilla's criteria that are not met, each with what was found.
    findings: dict[str, str]
    #: The name of each scan and its result.
    scans: dict[str, Any]


@pytest.fixture(scope="module")
def server(make_server: MakeServer) -> Server:
    """A server that is asked for without its port, because testssl.sh leaves it out of Host."""
    return make_server(settings={"public_url": "https://localhost"}).start()


def judged(server: Server, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a tool in the server's directory."""
    return subprocess.run(
        command,
        cwd=server.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def mozilla(server: Server) -> Verdict:
    """What sslyze says; the development authority is believed as a public one would be."""
    out = server.home / "sslyze.json"
    ended = judged(server, [
        str(SSLYZE), "--mozilla_config=intermediate", "--resum", "--early_data",
        f"--certinfo_ca_file={server.authority}", f"--json_out={out}",
        # Where to connect is said, so that nothing is looked up.
        f"localhost:{server.ports.https}{{127.0.0.1}}",
    ])  # fmt: skip
    (result,) = json.loads(out.read_text("utf-8"))["server_scan_results"]
    assert result["scan_status"] == "COMPLETED", ended.stdout + ended.stderr
    done = {n: s for n, s in result["scan_result"].items() if s["status"] == "COMPLETED"}
    # The profile's verdict is the one thing that is printed and not written.
    said = ended.stdout.partition('Checking results against Mozilla\'s "intermediate"')[2]
    findings = dict(re.findall(r"^ +\* (\w+): (.+)$", said, re.MULTILINE))
    assert bool(findings) == ("FAILED - Not compliant." in said), said
    assert bool(findings) != ("OK - Compliant." in said), said
    return Verdict(findings, {name: scan["result"] for name, scan in done.items()})


def test_mozilla_intermediate(mozilla: Verdict) -> None:
    """All that Mozilla's intermediate profile asks is so."""
    print(f"\nsslyze, Mozilla's intermediate profile: {len(mozilla.findings)} findings")
    assert mozilla.findings == {}


def test_suites(mozilla: Verdict) -> None:
    """TLS 1.2 and 1.3 alone, with the three suites each that have forward secrecy and AEAD."""
    for name, suites in SUITES.items():
        accepted = mozilla.scans[name]["accepted_cipher_suites"]
        assert {each["cipher_suite"]["name"] for each in accepted} == suites, name


def test_nothing_kept(mozilla: Verdict) -> None:
    """No session is resumed, nothing is read before the handshake's end, none is renegotiated."""
    resumed = mozilla.scans["session_resumption"]
    assert resumed["session_id_resumption_result"] == "NOT_SUPPORTED"
    assert resumed["tls_ticket_resumption_result"] == "NOT_SUPPORTED"
    assert not mozilla.scans["tls_1_3_early_data"]["supports_early_data"]
    again = mozilla.scans["session_renegotiation"]
    assert not again["is_vulnerable_to_client_renegotiation_dos"]
    assert not mozilla.scans["tls_compression"]["supports_compression"]


def test_testssl(server: Server) -> None:
    """testssl.sh finds nothing above LOW, and has looked at every section."""
    out = server.home / "testssl.json"
    ended = judged(server, [
        TESTSSL, "--quiet", "--color", "0", "--warnings", "off", "--openssl", "/usr/bin/openssl",
        # No look-up of names.  Nothing else leaves the machine unless --phone-out is said.
        "--nodns", "none", "--ip", "127.0.0.1", "--add-ca", str(server.authority),
        *SECTIONS, "--jsonfile", str(out), f"https://localhost:{server.ports.https}/login",
    ])  # fmt: skip
    assert out.exists(), ended.stdout + ended.stderr
    rows = json.loads(out.read_text("utf-8"))
    assert {row["id"] for row in rows} >= _LOOKED
    print(f"\ntestssl.sh: {dict(Counter(row['severity'] for row in rows))}")
    bad = [row for row in rows if row["severity"] in _BAD]
    assert [row for row in bad if not any(excuse.covers(row) for excuse in EXCUSES)] == []
