"""What one client may cost, and what is good once."""

import statistics
import time
from collections import Counter
from contextlib import ExitStack
from functools import partial
from urllib.parse import parse_qs, urlsplit

from tests.system.client import ALICE, PASSWORD, Answer, Client
from tests.system.conftest import MakeServer
from tests.system.http2 import H2Client
from tests.system.pinned import one_each
from tests.system.server import Server
from tests.system.together import all_at_once

LARGE = 10_000_000
NEW = {"name": "alice", "password": PASSWORD, "again": PASSWORD, "display_name": "", "email": ""}


def clients(stack: ExitStack, server: Server, count: int) -> list[Client]:
    """*count* clients whose connections are open."""
    opened = [stack.enter_context(Client(server, timeout=60)) for _ in range(count)]
    for client in opened:
        client.get("/login")
    return opened


def test_large_body_http2(server: Server) -> None:
    """10 MB on one stream: 413, and the other streams of the connection live on."""
    with H2Client(server) as client:
        slow = client.begin("POST", "/login", [("content-type", "text/plain")], ends=False)
        large = client.begin("POST", "/login", [("content-type", "text/plain")], ends=False)
        client.upload(large, LARGE)
        assert client.answer(large).status == 413
        client.upload(slow, 10)
        assert client.answer(slow).status == 415
        after = client.get("/login")
        assert after.status == 200
        assert b"</html>" in after.body


def test_large_body_http1(server: Server) -> None:
    """10 MB: 413, and the server goes on."""
    with Client(server) as client:
        head = f"POST /login HTTP/1.1\r\nHost: localhost:{server.ports.https}\r\n"
        client.connection.connect()
        client.connection.sock.sendall(f"{head}Content-Length: {LARGE}\r\n\r\n".encode())
        answer = b""
        try:
            for _ in range(0, LARGE, 65536):
                client.connection.sock.sendall(b"x" * 65536)
        except OSError:
            pass  # it need not listen to the end
        while chunk := client.connection.sock.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_wrong_host(server: Server) -> None:
    """A host that is not ours: 421, whatever it asks for."""
    with Client(server) as client:
        for host in ("example.org", "localhost", f"127.0.0.1:{server.ports.https}"):
            answer = client.request("GET", "/login", headers={"Host": host})
            assert answer.status == 421
            assert "Set-Cookie" not in answer.headers
        assert client.get("/login").status == 200


def test_setup_once(make_server: MakeServer) -> None:
    """Of a hundred that redeem the one set-up link at the same moment exactly one succeeds."""
    server = make_server(peopled=False).start()
    token = parse_qs(urlsplit(server.setup_link()).query)["token"][0]

    def redeem(client: Client) -> Answer:
        return client.post("/setup", token=token, **NEW)

    with ExitStack() as stack:
        answers = all_at_once(redeem, clients(stack, server, 100))
        counts = Counter(answer.status for answer in answers)
        workers = {each["worker"] for each in server.requests() if each["path"] == "/setup"}
        print(f"\n100 at once with one link, on workers {sorted(workers)}: {dict(counts)}")
        assert counts[303] == 1
        assert set(counts) <= {303, 404, 503}
        assert workers == {1, 2}
        with Client(server) as client:
            assert client.get(f"/setup?token={token}").status == 404
            assert client.sign_in().status == 201
    listed = server.run("user", "list", "--json")
    assert listed.stdout.count('"name"') == 1


def guess(name: str, client: Client) -> Answer:
    """A wrong password for *name*."""
    return client.sign_in(name, "not the right password")


def guess_a_name(address: str, numbered: tuple[int, Client]) -> Answer:
    """A wrong password for a name of its own, from *address*."""
    number, client = numbered
    forwarded = {"X-Forwarded-For": address}
    return client.sign_in(f"guess{number}", "not the right password", forwarded)


def test_throttle(make_server: MakeServer) -> None:
    """Of many wrong passwords at once, over all workers, five are looked at; the rest wait."""
    server = make_server(settings={"throttle.per_account": "5/15m"}).start()
    with ExitStack() as stack:
        everybody = clients(stack, server, 30)
        for name in (ALICE, "nobody"):
            answers = all_at_once(partial(guess, name), everybody)
            counts = Counter(answer.status for answer in answers)
            print(f"\n30 wrong passwords at once for {name}: {dict(counts)}")
            assert counts == {401: 5, 429: 25}
            waits = [int(each.headers["Retry-After"]) for each in answers if each.status == 429]
            assert all(800 < wait <= 900 for wait in waits)
        # Now the right one has to wait too, on both workers, and bob has not.
        for client in stack.enter_context(one_each(server)):
            assert client.sign_in().status == 429
            assert client.sign_in("bob").status == 201


def test_throttle_of_an_address(make_server: MakeServer) -> None:
    """One address that tries many names is stopped; the same proxy's other clients are not."""
    server = make_server(settings={"throttle.per_address": "20/15m"}).start()
    with ExitStack() as stack:
        everybody = clients(stack, server, 30)
        for address in ("192.0.2.1", "192.0.2.2"):
            answers = all_at_once(partial(guess_a_name, address), list(enumerate(everybody)))
            assert Counter(answer.status for answer in answers) == {401: 20, 429: 10}


def test_full_hashing_queue(make_server: MakeServer) -> None:
    """With the queue full who comes is told to come back, and who is signed in waits for nobody."""
    slow = {"memory_kib": 200_000, "time": 2, "lanes": 1}
    server = make_server(settings={"limits.waiting_hashes": 2}).start()
    with ExitStack() as stack:
        reader = stack.enter_context(Client(server))
        assert reader.sign_in().status == 201
        reader.connection.close()
        server.stop()
        server.write_settings(passwords__argon2=slow)
        server.start()
        everybody = clients(stack, server, 24)
        times: list[float] = []
        answers: list[int] = []

        def act(client: Client) -> None:
            if client is not reader:
                answer = client.sign_in("nobody", "not the right password")
                answers.append(answer.status)
                assert answer.status != 503 or int(answer.headers["Retry-After"]) > 0
                return
            while len(answers) < len(everybody):
                began = time.perf_counter()
                assert reader.get("/account").status == 200
                times.append((time.perf_counter() - began) * 1000)

        all_at_once(act, [reader, *everybody])
    counts = Counter(answers)
    median = statistics.median(times)
    print(f"\n24 logins, room for 2 on each worker: {dict(counts)}")
    print(f"meanwhile {len(times)} pages, median {median:.1f} ms, slowest {max(times):.0f} ms")
    assert counts[503] >= 16
    assert set(counts) == {401, 503}
    assert median < 100
