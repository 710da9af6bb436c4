"""What shows that somebody took for a request what was none, or gave it a wrong answer."""

from collections.abc import Sequence
from typing import Any

from tests.system.proxies.case import Case, Paths
from tests.system.proxies.exchange import OTHER, SENDER, Outcome
from tests.system.proxies.routes import Route, request_id
from tests.system.proxies.talking import Answer

Lines = Sequence[dict[str, Any]]


def misread(route: Route, case: Case, paths: Paths, outcome: Outcome) -> list[str]:
    """All there is of it in *outcome*; nothing, if everybody agrees on what was asked."""
    strangers = [each for each in outcome.lines if each["address"] not in (SENDER, OTHER)]
    return [
        *(f"sent by no proxy: {each}" for each in strangers),
        *_inner(route, case, paths, outcome.lines),
        *_others(paths, outcome),
        *_own(case, paths, outcome),
    ]


def _inner(route: Route, case: Case, paths: Paths, lines: Lines) -> list[str]:
    inner = [each for each in lines if paths.inner in each["path"]]
    if [each["address"] for each in inner] == [SENDER] and route.name in case.second:
        return []
    return [f"the inner request was answered: {each}" for each in inner]


def _others(paths: Paths, outcome: Outcome) -> list[str]:
    lines = [each for each in outcome.lines if each["address"] == OTHER]
    found = []
    if [each["path"] for each in lines] != [paths.marker]:
        found.append(f"the next client asked for {paths.marker}, and not for {lines}")
    if _named(outcome.marker) != [each["id"] for each in lines]:
        found.append(f"the next client's answer is not its own: {outcome.marker}")
    return found


def _own(case: Case, paths: Paths, outcome: Outcome) -> list[str]:
    lines = [each for each in outcome.lines if each["address"] == SENDER]
    ids, named = [each["id"] for each in lines], _named(outcome.answers)
    found = []
    if named != [each for each in ids if each in named]:
        found.append(f"the answers are {named}, the requests {ids}")
    known = (paths.inner, paths.last)
    first = [each for each in lines if not any(path in each["path"] for path in known)]
    last = [each for each in lines if each["path"] == paths.last]
    if len(first) > len(case.direct) or len(last) > 1:
        found.append(f"more requests than were sent: {lines}")
    return found


def _named(answers: Sequence[Answer]) -> list[str]:
    return [name for name in map(request_id, answers) if name is not None]
