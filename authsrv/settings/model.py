"""The settings as frozen values: every key of the file, its type and its default.

Durations are seconds, paths are absolute.  ``Settings.model_dump_json()`` and
``Settings.model_validate_json()`` carry them to the workers.
"""

import os
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from authsrv.settings import kinds, values
from authsrv.settings.values import Count, Patience, Rate, Seconds


class _Section(BaseModel):
    # Defaults are validated too, so that a default path becomes absolute like a written one.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        revalidate_instances="always",
        hide_input_in_errors=True,
    )


class Listen(_Section):
    """Where the server listens: ``ADDR:PORT``, ``[V6]:PORT``, ``unix:/path``, ``systemd:NAME``."""

    https: kinds.Listeners = ()
    http: kinds.Listeners = ()
    authz: kinds.Listeners = ()
    admin: kinds.Listeners = ()
    control: kinds.Listeners = ()
    #: The login over plain http, in development only.
    plain: kinds.Listeners = ()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers(_Section):
    """How many processes serve, and how long one may take to finish its requests."""

    count: kinds.WorkerCount = "auto"
    drain_seconds: Seconds = 30.0

    @property
    def number(self) -> int:
        """How many: ``"auto"`` is one for each core this process may use."""
        return self.count if isinstance(self.count, int) else cores()


class CertificateFiles(_Section):
    """A certificate with its chain, and its private key, both PEM files."""

    certificate: kinds.File
    key: kinds.File


class Tls(_Section):
    """What https is served with; of several certificates the browser's SNI chooses."""

    certificates: tuple[CertificateFiles, ...] = ()
    client_ca: kinds.OptionalFile = None
    http2: kinds.Flag = True


class SessionSettings(_Section):
    """Where sessions are kept and how long they live (NIST SP 800-63B-4, section 2.2.3)."""

    store: kinds.SessionStore = Field(default="sqlite:var/sessions.db", repr=False)
    #: With Redis: who must have a login or a logout before it is acknowledged.
    acknowledge: Literal["primary", "replica"] = "primary"
    #: With Redis away, how long what was known is still believed; 0: not at all.
    grace: Patience = 60.0
    #: Of how many sessions, and of how many accounts, each worker keeps copies; 0: of none.
    copies: values.Copies = 20_000
    idle: Seconds = 3600.0
    lifetime: Seconds = 86400.0
    remember: Seconds = 30 * 86400.0


class AccountSettings(_Section):
    """Where accounts are kept and who may make one."""

    store: kinds.AccountStore = Field(default="sqlite:var/accounts.db", repr=False)
    signup: Annotated[Literal["closed", "invite", "open"], BeforeValidator(values.signup)] = (
        "closed"
    )


class Argon2(_Section):
    """The cost of one hash: memory in KiB, passes over it, lanes (RFC 9106, section 3.1)."""

    memory_kib: Annotated[int, Field(strict=True, ge=19456, le=2**22)] = 47104
    time: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    lanes: Annotated[int, Field(strict=True, ge=1, le=64)] = 1


class PasswordSettings(_Section):
    """Which passwords may be chosen and how they are hashed."""

    min_length: Annotated[int, Field(strict=True, ge=8, le=128)] = 15
    argon2: Argon2 = Argon2()


class ThrottleSettings(_Section):
    """How often a login may fail, counted over all workers."""

    per_account: Rate = Rate(attempts=5, window=900.0)
    per_address: Rate = Rate(attempts=20, window=900.0)
    #: NIST SP 800-63B-4, section 3.2.2: no more than a hundred in a row.
    lock_after: Annotated[int, Field(strict=True, ge=1, le=100)] = 100


class TrustSettings(_Section):
    """Whose X-Forwarded-* headers are believed: networks, and ``"unix"`` for unix sockets."""

    proxies: kinds.Networks = ("127.0.0.1/32", "::1/128", "unix")


class MailSettings(_Section):
    """Where mail is handed in, or None: no mail."""

    url: kinds.MailUrl = Field(default=None, repr=False)


class LimitSettings(_Section):
    """What one client may cost: seconds, bytes and numbers.  The defaults are good."""

    header_seconds: Seconds = 10.0
    body_seconds: Seconds = 20.0
    write_seconds: Seconds = 20.0
    body_bytes: Count = 65536
    handler_seconds: Seconds = 15.0
    idle_seconds: Seconds = 60.0
    head_bytes: Count = 16384
    head_fields: Count = 100
    streams: Count = 100
    requests: Count = 10_000
    continuations: Count = 8
    reset_burst: Count = 200
    resets_per_second: Count = 20
    useless_burst: Count = 1000
    useless_per_second: Count = 100
    connections: Count = 10_000
    connections_per_address: Count = 100
    waiting_hashes: Count = 64


class LogSettings(_Section):
    """How events are written, and to which file; None: standard output."""

    format: Literal["json", "text"] = "json"
    file: kinds.OptionalFile = None


class Settings(_Section):
    """Everything an operator chooses."""

    public_url: kinds.Origin
    cookie_domain: kinds.Domain = None
    auth: kinds.OptionalText = Field(default=None, repr=False)
    #: Not a key of the file: ``twistd authsrv --development``.
    development: kinds.Flag = False
    listen: Listen = Listen()
    workers: Workers = Workers()
    tls: Tls = Tls()
    sessions: SessionSettings = SessionSettings()
    accounts: AccountSettings = AccountSettings()
    passwords: PasswordSettings = PasswordSettings()
    throttle: ThrottleSettings = ThrottleSettings()
    trust: TrustSettings = TrustSettings()
    mail: MailSettings = MailSettings()
    limits: LimitSettings = LimitSettings()
    log: LogSettings = LogSettings()
