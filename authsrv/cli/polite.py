"""Failures as one line on stderr that says what to do, and the exit codes 0, 1 and 2."""

import errno
from typing import IO, Any

import click

from authsrv.cli.tools import Tools
from authsrv.core.errors import AuthsrvError, Broken, InvalidFields, NameTaken

_SENTENCES = {
    "name-empty": "give a name",
    "name-too-long": "the name is too long: 64 characters at most",
    "name-characters": "a name has letters, digits and . _ - @ + inside, and begins with a letter "
    "or digit",
    "name-mixed-scripts": "the name mixes scripts that look alike; write it in one",
    "password-short": "the password is too short: {least} characters at least",
    "password-long": "the password is too long: 1024 bytes at most",
    "password-common": "the password is one of those that are tried first; choose another",
    "password-name": "the password is made of the account's name; choose another",
    "group-characters": "a group's name has 1 to 64 characters, none of them , ; |",
}


class Failed(click.ClickException):
    """The command could not do what was asked.  Exit code 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it the way all our messages look."""
        click.echo(f"authsrv: {self.message}", err=True, file=file)


class PoliteGroup(click.Group):
    """A group of commands whose refusals are messages, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except AuthsrvError as error:
            raise Failed(sentence(error, ctx.find_object(Tools))) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly when the reader has gone
                raise
            raise Failed(_file_sentence(error)) from error


def sentence(error: AuthsrvError, tools: Tools | None = None) -> str:
    """What *error* means to whoever typed the command."""
    if isinstance(error, InvalidFields):
        least = tools.least if tools else None
        told = (_SENTENCES.get(why, why) for why in error.fields.values())
        return "; ".join(each.format(least=least) for each in told)
    if isinstance(error, NameTaken):
        return "an account has this name, or one that looks like it; choose another"
    if isinstance(error, Broken):
        return f"the store cannot answer ({error.why}); try again, or see: authsrv db status"
    return _one_line(str(error)) or "this is refused"


def _one_line(text: str) -> str:
    first, *more = text.splitlines() or [""]
    # Only settings have several mistakes at once.
    return f"{first} (and {len(more)} more: authsrv check)" if more else first


def _file_sentence(error: OSError) -> str:
    return f"{error.filename or 'the system'}: {error.strerror or error}"
