"""Where a password comes from: a prompt or standard input, never the command line.

What stands in the command line is seen by everybody on the machine.
"""

import sys

import click

from authsrv.cli.polite import Failed
from authsrv.cli.tools import Tools

# Far beyond what is accepted, so that what is too long is refused and never cut.
_LONGEST = 65536

stdin_option = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input."
)


def ask(tools: Tools, *, from_stdin: bool) -> str:
    """The new password."""
    if from_stdin:
        return _read()
    if not tools.is_terminal():
        raise Failed("there is no terminal to ask for the password on; use --password-stdin")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _read() -> str:
    raw = sys.stdin.buffer.read(_LONGEST)
    try:
        # One line's end is the shell's, not the password's.
        password = raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Failed("the password on standard input is not UTF-8 text") from None
    if not password:
        raise Failed("there is no password on standard input; write it there")
    return password
