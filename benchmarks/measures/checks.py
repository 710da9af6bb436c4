"""A signed-in check: what authsrv does most."""

from benchmarks import asking
from benchmarks.comparison import Comparison, Reading, Subject, in_turn
from benchmarks.h2load import MEASURED, WARM_UP
from benchmarks.measures.rates import SPOKEN, compare
from benchmarks.ours import CHECK
from benchmarks.servers import Running, serving_all
from benchmarks.stage import Stage

#: More than any server remembers of one connection, so that each is new to it.
QUERIES = 1000
#: People whose requests one proxy sends on.
_PEOPLE = 100


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
    """The same, but no request repeats another: each has another query, and the same fields."""
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


def of_many_people(stage: Stage) -> list[Comparison]:
    """The same, but each request is another of many people's, as a proxy sends them on."""
    with serving_all([stage.ours(), *stage.peers.all()]) as every:
        ours, *peers = [_by_chance(each) for each in every]
        name = "check, unix socket, many people"
        return in_turn(name, ("requests/s", "requests/CPU s"), ours, peers)


def _by_chance(running: Running) -> Subject:
    server = running.server
    cookies = [server.enter(server.client) for _ in range(_PEOPLE)]
    head = f"GET {CHECK} HTTP/1.1\r\nHost: localhost:{server.client.port}\r\n"

    def measure(seconds: float = MEASURED) -> Reading:
        before = running.cpu_seconds()
        asked = asking.ask(server.unix, head, cookies.__getitem__, _PEOPLE, seconds)
        used = running.cpu_seconds() - before
        return Reading(asked.count / asked.seconds, asked.count / used)

    measure(WARM_UP)
    return Subject(server.name, measure)
