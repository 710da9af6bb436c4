"""What is wrong with a value, in words a person can act on."""

from collections.abc import Mapping

_LONGEST = 60
_HUGE = 10**15


class Wrong(ValueError):
    """A value that cannot stand: *what* is wrong with it, and the *fix*."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")
        self.what = what
        self.fix = fix


def shown(value: object) -> str:
    """*value* as it may stand in one line of a message, cut to a readable length."""
    if isinstance(value, str):
        return f'"{printable(value[:_LONGEST])}{"..." if len(value) > _LONGEST else ""}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and abs(value) >= _HUGE:
        # Python refuses to print a number of thousands of digits; TOML can hold one.
        return "so large a number"
    return printable(str(value))


def printable(text: str) -> str:
    """*text* with everything that could break a line or a terminal written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
