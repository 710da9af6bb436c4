"""Which address a request comes from, when proxies stand in between."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from attrs import frozen

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: How a peer on a unix socket is written.
UNIX = "unix"


@frozen
class Trust:
    """Whose X-Forwarded-* headers are believed: *networks*, and local sockets if *unix*."""

    networks: tuple[Network, ...] = ()
    unix: bool = False

    @classmethod
    def parse(cls, entries: Sequence[str]) -> "Trust":
        """The trust written as networks in CIDR form and ``"unix"``; ValueError names a bad one."""
        return cls(
            tuple(ip_network(entry) for entry in entries if entry != UNIX), unix=UNIX in entries
        )

    def covers(self, peer: str) -> bool:
        """Whether *peer* (an address, or ``"unix"``) is one of ours."""
        if peer == UNIX:
            return self.unix
        address = parse_address(peer)
        return address is not None and any(address in network for network in self.networks)


# In characters: no address is longer, written as it may be.
_LONGEST = 64
# 1.2.3.4, 1.2.3.4:5678, ::1, [::1], [::1]:5678; no zone, which may be any text.
_WRITTEN = re.compile(
    r"([0-9.]+)(?::[0-9]{1,5})?|([0-9A-Fa-f:.]+)|\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?"
)


def parse_address(text: str) -> Address | None:
    """The IP address in *text*, with or without a port, or None.

    An IPv4 address mapped into IPv6 counts as IPv4.
    """
    text = text.strip()
    return _parsed(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Address | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    try:
        address = ip_address(next(filter(None, found.groups())))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(peer: str, forwarded_for: Sequence[str], trust: Trust) -> str:
    """The address of the client behind *peer*, read from the right, past trusted hops.

    *forwarded_for* are the X-Forwarded-For header values in order.  The leftmost entries are
    whatever the client wrote: the first hop that is not ours ends the search.
    """
    client = _canonical(peer)
    if not forwarded_for:
        return client
    hops = [hop for value in forwarded_for for hop in value.split(",")]
    while hops and trust.covers(client):
        address = parse_address(hops.pop())
        if address is None:
            break
        client = str(address)
    return client


@lru_cache(maxsize=1024)
def _canonical(peer: str) -> str:
    return str(parse_address(peer) or peer)


def throttle_key(address: str) -> str:
    """What is counted as one client: an IPv6 customer holds a /64, so all of it is one."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return address if parsed is None else str(parsed)
