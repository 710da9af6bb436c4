"""nginx, HAProxy and Caddy: each runs in a directory of its own, in front of what its site says."""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from tests.system import processes
from tests.system.server import BIN
from tests.system.waiting import until

NAMES = ("nginx", "haproxy", "caddy")
# Debian keeps what root runs where others do not look; Caddy comes with pip.
_WHERE = os.pathsep.join((str(BIN), os.environ.get("PATH", ""), "/usr/sbin"))

_COMMANDS = {
    # -e: it would open a log below /var before it has read its settings.
    "nginx": ("nginx", "-e", "stderr", "-p", "{home}", "-c", "{config}"),
    "haproxy": ("haproxy", "-db", "-f", "{config}"),
    "caddy": ("caddy", "run", "--adapter", "caddyfile", "--config", "{config}"),
}

#: The settings of each without its site.
_FRAMES = {
    "nginx": """
        daemon off;
        pid nginx.pid;
        worker_processes 1;
        events {}
        http {
            access_log off;
            client_header_timeout <patience>s;
            client_body_timeout <patience>s;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            <site>
        }
        """,
    # One thread: each has a pool of connections of its own.
    "haproxy": """
        global
            nbthread 1
        defaults
            mode http
            timeout connect 5s
            timeout server 30s
            timeout client <patience>s
            timeout http-request <patience>s
            timeout http-keep-alive 60s
        <site>
        """,
    "caddy": """
        {
            admin off
            auto_https off
            persist_config off
            servers {
                timeouts {
                    read_header <patience>s
                    read_body <patience>s
                }
            }
        }
        <site>
        """,
}

#: Sites that pass everything on in plain HTTP/1.1, with the client's address and its own Host,
#: over a connection that they keep; another client's request may go over it too.
_PASSING = {
    "nginx": """
        upstream behind {
            server 127.0.0.1:<upstream>;
            keepalive 1;
        }
        server {
            listen 127.0.0.1:<port>;
            location / {
                proxy_pass http://behind;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $remote_addr;
            }
        }
        """,
    "haproxy": """
        frontend front
            bind 127.0.0.1:<port>
            default_backend behind
        backend behind
            http-reuse always
            http-request set-header X-Forwarded-For %[src]
            server one 127.0.0.1:<upstream> pool-purge-delay 5m
        """,
    "caddy": """
        http://:<port> {
            bind 127.0.0.1
            reverse_proxy 127.0.0.1:<upstream>
        }
        """,
}


@frozen
class Proxy:
    """A proxy that runs, and listens on *port* of 127.0.0.1."""

    name: str
    port: int
    home: Path


def passing(name: str, port: int, upstream: int) -> str:
    """The site that passes everything on to the port *upstream*."""
    return _filled(_PASSING[name], port=port, upstream=upstream)


@contextlib.contextmanager
def running(name: str, home: Path, port: int, site: str, patience: int = 60) -> Iterator[Proxy]:
    """The proxy *name* in the empty directory *home*; *site* must have it listen on *port*.

    It serves when this is entered, and none of its processes is left afterwards.  *patience* is
    how many seconds it waits for a client that does not finish its request.
    """
    config = home / "config"
    text = _filled(_FRAMES[name], patience=patience, site=site).rstrip()
    config.write_text(f"{_user(name)}{text}\n", "utf-8")
    program, *arguments = _COMMANDS[name]
    found = shutil.which(program, path=_WHERE)
    assert found, f"{program} is not installed"
    command = [found, *(each.format(home=home, config=config) for each in arguments)]
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, home / "log")
        yield Proxy(name, port, home)
    finally:
        _end(process, home)


def _user(name: str) -> str:
    # Started by root nginx would give its work to somebody who may not enter the directory.
    return "user root;\n" if name == "nginx" and os.geteuid() == 0 else ""


def _environment(home: Path) -> dict[str, str]:
    # Where Caddy keeps what it wants to find again.
    own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(home))
    return dict(os.environ) | own


def _filled(text: str, **values: object) -> str:
    for name, value in values.items():
        text = text.replace(f"<{name}>", str(value))
    return text


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    def is_up() -> bool:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    until(is_up, 20, lambda: log.read_text("utf-8", "replace"))


def _end(process: "subprocess.Popen[bytes]", home: Path) -> None:
    own = [process.pid, *processes.children(process.pid)]
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    # nginx killed would leave its worker.
    for pid in own:
        if processes.runs_in(pid, home):
            processes.kill(pid)
