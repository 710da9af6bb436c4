"""``authsrv reload`` and ``authsrv upgrade``: what a running server is asked for."""

import socket

import click

from authsrv.cli.polite import Failed
from authsrv.cli.tools import Tools, pass_tools

#: New workers must be ready within 30 s, and a reload before this one may have to finish.
PATIENCE = 120.0
_UNIX = "unix:"


@click.command()
@pass_tools
def reload(tools: Tools) -> None:
    """Have the server replace its workers: settings, certificates and code are read again.

    Returns when the new workers serve.  If anything is wrong nothing changes, and the exit status
    is 1.
    """
    _expect_done(ask(_control(tools), "reload"))
    click.echo("reloaded")


@click.command()
@pass_tools
def upgrade(tools: Tools) -> None:
    """Have the server become the program that is installed now, its supervisor too.

    The sockets stay open, and the old workers serve until the new ones do.  If the program cannot
    start nothing changes, and the exit status is 1.
    """
    path = _control(tools)
    # Who becomes another program has no answer to give: the connection just ends.
    answer = ask(path, "upgrade")
    if answer:
        _expect_done(answer)
    _expect_done(ask(path, "ready"))
    click.echo("upgraded")


def _control(tools: Tools) -> str:
    paths = [it.removeprefix(_UNIX) for it in tools.settings().listen.control if _UNIX in it]
    if not paths:
        raise Failed("there is no control socket: set listen.control, or send twistd a signal")
    return paths[0]


def _expect_done(answer: str) -> None:
    if answer != "ok":
        raise Failed(answer.removeprefix("error: ") or "the server has ended meanwhile")


def ask(path: str, command: str) -> str:
    """What the server at the unix socket *path* answers to *command*; raises Failed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(path)
            connection.sendall(command.encode() + b"\n")
            return _all_of(connection).decode("utf-8", "replace").strip()
        except TimeoutError:
            raise Failed(f"no answer within {PATIENCE:.0f} seconds; see the log") from None
        except OSError as error:
            raise Failed(f"no server answers at {path}: {error.strerror}") from None


def _all_of(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65536):
        received += part
    return received
