"""A signed-in check: what authsrv does most."""

from benchmarks.comparison import Comparison
from benchmarks.measures.rates import SPOKEN, compare
from benchmarks.servers import serving_all
from benchmarks.stage import Stage

#: More than any server remembers of one connection, so that each is new to it.
QUERIES = 1000


def over_tls(stage: Stage) -> list[Comparison]:
    """Over TLS, on both protocols."""
    servers = [stage.ours(), *stage.peers.all(), stage.peers.quiet_stock()]
    with serving_all(servers) as (ours, *peers):
        found = []
        for protocol, spoken in SPOKEN.items():
            able = [each for each in peers if each.server.speaks_http2 or protocol != "h2"]
            found += compare(f"check, {spoken} over TLS", protocol, ours, able)
        return found


def never_the_same(stage: Stage) -> list[Comparison]:
    """The same, but no request repeats another: each has another query."""
    with serving_all([stage.ours(), *stage.peers.all()]) as (ours, *peers):
        found = []
        for protocol, spoken in SPOKEN.items():
            able = [each for each in peers if each.server.speaks_http2 or protocol != "h2"]
            name = f"check, {spoken} over TLS, other queries"
            found += compare(name, protocol, ours, able, queries=QUERIES)
        return found


def on_unix_socket(stage: Stage) -> list[Comparison]:
    """From a proxy on the same machine: HTTP/1.1 on a unix socket, without TLS."""
    servers = [stage.ours(), *stage.peers.all(), stage.peers.quiet_stock()]
    with serving_all(servers) as (ours, *peers):
        return compare("check, unix socket", "http/1.1", ours, peers, unix=True)
