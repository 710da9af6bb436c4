"""What ``--development`` makes of the settings: plain http, this machine only, one worker."""

from collections.abc import Iterator

from authsrv.settings.addresses import is_loopback
from authsrv.settings.model import Settings, Tls, Workers
from authsrv.settings.rules import Finding, listeners

PLAIN = ("127.0.0.1:8080",)


def strays(settings: Settings) -> Iterator[Finding]:
    """Addresses that other machines can reach: development refuses them all."""
    for at, address in listeners(settings.listen):
        if not is_loopback(address):
            what = f'"{address}" is not on this machine alone'
            yield Finding(at, what, "development listens on 127.0.0.1 and ::1; leave it out")
    for number, address in enumerate(settings.listen.plain):
        if address.startswith("unix:"):
            fix = "write 127.0.0.1:PORT or [::1]:PORT"
            yield Finding(("listen", "plain", number), "a browser cannot reach this", fix)


def settle(settings: Settings) -> Settings:
    """*settings* with plain http in place of https, whatever the file has for production.

    A public_url that is http already is kept; another one gives way to localhost, and so does the
    domain of its cookie.
    """
    plain = settings.listen.plain or PLAIN
    public_url, domain = settings.public_url, settings.cookie_domain
    if not public_url.startswith("http://"):
        public_url, domain = f"http://localhost:{plain[0].rpartition(':')[2]}", None
    listen = settings.listen.model_copy(update={"https": (), "http": (), "plain": plain})
    return settings.model_copy(
        update={
            "public_url": public_url,
            "cookie_domain": domain,
            "listen": listen,
            "tls": Tls(http2=settings.tls.http2),
            "workers": Workers(count=1, drain_seconds=settings.workers.drain_seconds),
        }
    )
