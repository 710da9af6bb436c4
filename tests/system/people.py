"""Accounts of people, made by the command; all have one password."""

from tests.system.client import ALICE, PASSWORD
from tests.system.server import Server

ALICE_AND_BOB = ((ALICE, "--admin"), ("bob", "--group", "family"))


def move_in(server: Server, *people: tuple[str, ...]) -> Server:
    """Make the accounts of *people*, each a name with options; the database may be new."""
    upgraded = server.run("db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    for arguments in people:
        added = server.run("user", "add", *arguments, "--password-stdin", given=PASSWORD)
        assert added.returncode == 0, added.stderr
    return server
