"""Other ways to run: development, and passwords that somebody else checks."""

import http.client
import json
import re
from contextlib import closing

from tests.system.client import PASSWORD, Client
from tests.system.conftest import MakeServer
from tests.system.server import Server
from tests.system.settings import free_port
from tests.system.waiting import until


def plain(server: Server, port: int, method: str, path: str, **fields: str) -> tuple[int, str, str]:
    """A request over plain http: status, text and Set-Cookie."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        body = json.dumps(fields) if fields else None
        headers = {"Host": f"localhost:{port}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return (
            answer.status,
            answer.read().decode(),
            "; ".join(answer.headers.get_all("Set-Cookie") or []),
        )


def test_development(make_server: MakeServer) -> None:
    """Plain http, one worker, a banner on the page, and a cookie that needs no TLS."""
    server = make_server()
    port = free_port()
    server.write_settings(listen__plain=[f"127.0.0.1:{port}"])
    server.start("--development")
    assert len(server.workers()) == 1
    status, page, _ = plain(server, port, "GET", "/login")
    assert status == 200
    assert "Development mode" in page
    status, _, cookies = plain(
        server, port, "POST", "/api/session", name="alice", password=PASSWORD
    )
    assert status == 201
    assert re.search(r"(^|; )authsrv=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", cookies)
    assert "Secure" not in cookies
    assert f"http://localhost:{port}" in server.stderr()


def test_development_stays_at_home(make_server: MakeServer) -> None:
    """Development listens nowhere that another machine can reach."""
    for key in ("listen.plain", "listen.admin"):
        server = make_server(settings={key: [f"0.0.0.0:{free_port()}"]})
        process = server.spawn("--development")
        until(lambda process=process: process.poll() is not None, 15)  # type: ignore[misc]
        assert process.returncode == 1
        assert len(server.stderr().splitlines()) == 1
        assert "not on this machine alone" in server.stderr()


def test_plain_http_is_development(make_server: MakeServer) -> None:
    """Without --development a plain login is refused."""
    server = make_server(settings={"listen.plain": [f"127.0.0.1:{free_port()}"]})
    process = server.spawn()
    until(lambda: process.poll() is not None, 15)
    assert process.returncode == 1
    assert "--development" in server.stderr()


def external(server: Server, name: str, password: str) -> None:
    """*name* signs in with a password that is kept elsewhere: the account comes to be."""
    with Client(server) as client:
        assert client.sign_in(name, "another password").status == 401
        assert client.sign_in("nobody", password).status == 401
        assert client.sign_in(name, password).status == 201
        assert client.who().json["account"]["name"] == name
        assert client.get("/account/password").status == 404
        first = client.who().json["account"]["id"]
        client.cookies.clear()
        assert client.sign_in(name, password).status == 201
        assert client.who().json["account"]["id"] == first
    listed = json.loads(server.run("user", "list", "--json").stdout)
    assert [each["name"] for each in listed] == [name]
    assert "setup?token" not in server.stderr()


def test_passwords_in_memory(make_server: MakeServer) -> None:
    """``--auth memory`` checks passwords, and makes an account at the first login."""
    server = make_server(peopled=False).start("--auth", "memory:dora:explorer")
    external(server, "dora", "explorer")


def test_passwords_in_a_file(make_server: MakeServer) -> None:
    """``--auth file`` reads names and passwords from a file."""
    server = make_server(peopled=False)
    passwords = server.home / "passwords"
    passwords.write_text("dora:explorer\nboots:monkey\n")
    server.start("--auth", f"file:{passwords}")
    external(server, "dora", "explorer")
