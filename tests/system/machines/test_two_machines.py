"""What is done at one machine is known at the other."""

from collections.abc import Callable

import pytest

from tests.system.client import PASSWORD, Client
from tests.system.machines.pair import Pair, Seat
from tests.system.waiting import settled

#: How often each way is gone: from each worker once, if it is not a command that takes seconds.
_ROUNDS = 4


def _logout(machines: Pair, acting: Client, other: Client) -> str:
    acting.cookies = dict(other.cookies)
    assert acting.sign_out().status == 204
    return other.token


def _page(machines: Pair, acting: Client, other: Client) -> str:
    token = other.token
    form = other.get("/logout").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert other.post("/logout", form_token=form).status == 303
    return token


def _one(machines: Pair, acting: Client, other: Client) -> str:
    shown = other.who().json["session"]["id"]
    assert acting.request("DELETE", f"/api/sessions/{shown}").status == 204
    return other.token


def _others(machines: Pair, acting: Client, other: Client) -> str:
    assert acting.request("DELETE", "/api/sessions?others").status == 200
    return other.token


def _password(machines: Pair, acting: Client, other: Client) -> str:
    old, token = acting.token, other.token
    for was, now in (
        (PASSWORD, "another good pass phrase"),
        ("another good pass phrase", PASSWORD),
    ):
        form = acting.get("/account/password").text
        form = form.partition('name="form_token" value="')[2].partition('"')[0]
        answer = acting.post("/account/password", form_token=form, current=was, new=now, again=now)
        assert answer.status == 303, answer.text
    assert acting.token != old
    return token


def _by_id(machines: Pair, acting: Client, other: Client) -> str:
    shown = other.who().json["session"]["id"]
    _command(machines, "session", "revoke", "--id", shown)
    return other.token


def _by_account(machines: Pair, acting: Client, other: Client) -> str:
    _command(machines, "session", "revoke", "--account", "bob")
    return other.token


def _all(machines: Pair, acting: Client, other: Client) -> str:
    _command(machines, "session", "revoke", "--all")
    return other.token


def _disabled(machines: Pair, acting: Client, other: Client) -> str:
    _command(machines, "user", "disable", "bob")
    return other.token


def _command(machines: Pair, *words: str) -> None:
    done = machines.machines[1].run(*words)
    assert done.returncode == 0, done.stderr


BY_BROWSER = [_logout, _page, _one, _others, _password]
BY_OPERATOR = [_by_id, _by_account, _all, _disabled]


def test_known(machines: Pair) -> None:
    """Whoever signs in at one worker is known at every other, of both machines."""
    with machines.seats() as seats:
        for here in seats:
            here.client.cookies.clear()
            assert settled(lambda: here.client.sign_in().status) == 201  # noqa: B023  called here
            token = here.client.token
            assert [there.settled(token) for there in seats] == [200] * len(seats)


@pytest.mark.parametrize("end", [*BY_BROWSER, *BY_OPERATOR])
def test_dead(machines: Pair, end: Callable[[Pair, Client, Client], str]) -> None:
    """However a session is ended at one worker, it is dead at all others when that is
    acknowledged, though each has a copy."""
    rounds = _ROUNDS if end in BY_BROWSER else 1
    let_through = 0
    with machines.seats() as seats:
        for acting in seats[:rounds]:
            token = _ended(machines, seats, acting, end)
            let_through += sum(each.settled(token) != 401 for each in seats)
    print(f"\n{end.__name__[1:]}: {rounds} ended, asked at 4 workers: {let_through} let through")
    if end is _disabled:
        _command(machines, "user", "enable", "bob")
    assert let_through == 0


def _ended(
    machines: Pair, seats: list[Seat], acting: Seat, end: Callable[[Pair, Client, Client], str]
) -> str:
    """Somebody is signed in at all workers; ended at the one of *acting*."""
    with Client(machines.machines[0]) as other:
        assert settled(lambda: other.sign_in("bob").status) == 201
        assert [each.settled(other.token) for each in seats] == [200] * len(seats)
        acting.client.cookies.clear()
        assert settled(lambda: acting.client.sign_in("bob").status) == 201
        return end(machines, acting.client, other)
