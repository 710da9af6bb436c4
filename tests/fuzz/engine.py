"""Runs a target under atheris, Python's libFuzzer: it watches which branches each input takes."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import atheris  # type: ignore[import-untyped]  # it has no types of its own

from tests.fuzz.target import ROOM, Target

#: What is watched: our code, what reads bytes for it, and what it is compared with.
_WATCHED = ["authsrv", "h2", "hpack", "hyperframe", ROOM]
#: One input may take so many seconds, and the process so many MiB.
_TIMEOUT, _MEMORY = 20, 1024


def watched() -> AbstractContextManager[None]:
    """What is imported meanwhile is watched later."""
    found: AbstractContextManager[None] = atheris.instrument_imports(include=_WATCHED)
    return found


def fuzz(name: str, target: Target, seconds: int, runs: int, work: Path) -> NoReturn:
    """Run *target* for so many *seconds*, *runs* times at most (-1: no bound).

    What it learns is kept in *work* under its *name*.  Never returns: libFuzzer ends the process,
    with 0 if nothing was found.
    """
    corpus = work / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(seed)
    # An empty dictionary is an error to libFuzzer.
    words = work / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(each)}"\n' for each in target.tokens or [b" "]), "ascii")

    def one(data: bytes) -> None:
        try:
            target.run(data)
        except BaseException:
            print(f"\nreproducer of {name}: {data!r}", file=sys.stderr, flush=True)
            raise

    options = {
        "max_total_time": seconds,
        "runs": runs,
        "max_len": target.longest,
        "timeout": _TIMEOUT,
        "rss_limit_mb": _MEMORY,
        "dict": words,
        "artifact_prefix": f"{work / name}-",
        "print_final_stats": 1,
        "seed": 1,
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([name, *arguments, str(corpus)], one)
    atheris.Fuzz()
    raise AssertionError("libFuzzer has not ended the process")


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)
