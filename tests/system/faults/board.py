"""The table of what was promised, under what, and how often it held."""

from collections.abc import Mapping

#: What docs/reference/promises.md says in full.
PROMISES = {
    "I1": "logins last",
    "I2": "logouts last",
    "I3": "passwords end sessions",
    "I4": "once is once",
    "I5": "guesses are counted",
    "I6": "the audit log is whole",
    "I7": "nothing fails open",
    "I8": "no request is lost",
}
ROWS: list[tuple[str, Mapping[str, str]]] = []


def lines() -> list[str]:
    """The table in Markdown: for each fault and promise what was checked / what was violated."""
    heads = [f"{key} {words}" for key, words in PROMISES.items()]
    body = [[name, *(cells[key] for key in PROMISES)] for name, cells in ROWS]
    table = [["fault", *heads], ["---"] * (len(heads) + 1), *body]
    return ["| " + " | ".join(row) + " |" for row in table]
