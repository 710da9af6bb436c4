"""What many do at once to accounts in PostgreSQL, each in a transaction of its own."""

from collections import Counter

from authsrv.core.accounts import MOST_BROWSERS, Account
from authsrv.core.audit import Action, Entry
from authsrv.core.errors import NameTaken
from authsrv.stores.accounts.sql import SqlAccounts
from tests.stores.contract import NOW, result
from tests.stores.samples import LINK, OTHER, account, signed_in
from tests.system.stores.conftest import MakeDatabase
from tests.system.stores.crowd import crowd

MANY = 50


def test_setup_once(make_database: MakeDatabase) -> None:
    """Of fifty who redeem the link at once exactly one succeeds, and one account is there."""

    def redeem(store: SqlAccounts, number: int) -> bool:
        name = f"n{number}"
        return result(store.redeem_setup(LINK, account(name), name, NOW))

    with crowd(make_database(), MANY) as people:
        result(people.first.offer_setup(LINK, NOW + 60))
        outcomes = people.at_once(redeem)
        accounts = result(people.first.list_accounts("", MANY))
    print(f"\nredeemed at once: {Counter(map(repr, outcomes))}, accounts {len(accounts)}")
    assert Counter(outcomes) == {True: 1, False: MANY - 1}
    assert len(accounts) == 1


def test_one_link(make_database: MakeDatabase) -> None:
    """Of links that are offered at once one is good, and nobody is told that it failed."""
    digests = [bytes([number]) * 32 for number in range(MANY)]
    with crowd(make_database(), MANY) as people:
        outcomes = people.at_once(lambda store, n: result(store.offer_setup(digests[n], NOW + 60)))
        good = [result(people.first.setup_is_open(digest, NOW)) for digest in digests]
    assert outcomes == [None] * MANY
    assert good.count(True) == 1


def test_offered_while_redeemed(make_database: MakeDatabase) -> None:
    """Links that are offered while others are redeemed make one account at most."""

    def either(store: SqlAccounts, number: int) -> bool | None:
        if number % 2:
            return result(store.offer_setup(OTHER, NOW + 60))
        link = LINK if number % 4 else OTHER
        return result(store.redeem_setup(link, account(f"n{number}"), f"n{number}", NOW))

    with crowd(make_database(), MANY) as people:
        result(people.first.offer_setup(LINK, NOW + 60))
        outcomes = people.at_once(either)
        accounts = result(people.first.list_accounts("", MANY))
    assert set(outcomes) <= {True, False, None}
    assert len(accounts) == outcomes.count(True) <= 1


def test_one_name(make_database: MakeDatabase) -> None:
    """Of accounts that look alike and are added at once one is kept; the others hear why not."""

    def add(store: SqlAccounts, number: int) -> None:
        result(store.add(account(f"n{number}"), "alike"))

    with crowd(make_database(), MANY) as people:
        outcomes = people.at_once(add)
        accounts = result(people.first.list_accounts("", MANY))
        # The connections of those who were refused are as good as before.
        again = people.at_once(lambda store, _: result(store.by_name(accounts[0].name)))
    assert Counter(map(type, outcomes)) == {type(None): 1, NameTaken: MANY - 1}
    assert again == [accounts[0]] * MANY


def test_one_password(make_database: MakeDatabase) -> None:
    """Of those who change the password of one epoch at once one succeeds."""
    with crowd(make_database(), MANY) as people:
        result(people.first.add(account(), "alice"))
        outcomes = people.at_once(
            lambda store, n: result(store.set_password("id-alice", f"hash {n}", 0))
        )
        kept = result(people.first.by_id("id-alice"))
    assert kept is not None
    assert kept.epoch == 1
    assert [it for it in outcomes if it is not None] == [kept]


def test_every_epoch(make_database: MakeDatabase) -> None:
    """Each who ends the epoch at once raises it by one, and is told a number of their own."""
    with crowd(make_database(), MANY) as people:
        result(people.first.add(account(), "alice"))
        outcomes = people.at_once(lambda store, _: result(store.end_epoch("id-alice")))
    epochs = [outcome.epoch for outcome in outcomes if isinstance(outcome, Account)]
    assert sorted(epochs) == list(range(1, MANY + 1))


def test_browsers(make_database: MakeDatabase) -> None:
    """Browsers remembered at once, some of them the same, are known; no more than there may be."""
    digests = [bytes([number // 2]) * 32 for number in range(MANY)]
    with crowd(make_database(), MANY) as people:
        result(people.first.add(account(), "alice"))
        outcomes = people.at_once(
            lambda store, n: result(store.record(signed_in("id-alice", NOW + n), digests[n]))
        )
        known = [result(people.first.knows_browser("id-alice", it)) for it in set(digests)]
    assert outcomes == [None] * MANY
    assert known.count(True) == min(MOST_BROWSERS, len(known))


def test_browser_of_somebody_who_goes(make_database: MakeDatabase) -> None:
    """A browser remembered while its account is removed is no error, and is forgotten with it."""

    def either(store: SqlAccounts, number: int) -> object:
        if number == MANY // 2:
            return result(store.remove("id-alice"))
        return result(store.record(signed_in("id-alice", NOW), bytes([number]) * 32))

    with crowd(make_database(), MANY) as people:
        result(people.first.add(account(), "alice"))
        outcomes = people.at_once(either)
        result(people.first.add(account(), "alice"))
        known = [
            result(people.first.knows_browser("id-alice", bytes([number]) * 32))
            for number in range(MANY)
        ]
    assert Counter(outcomes) == {None: MANY - 1, True: 1}
    assert known == [False] * MANY


def test_audit_order(make_database: MakeDatabase) -> None:
    """Entries that many keep at once are all there, and those of each one in its order."""
    each = 10

    def note(store: SqlAccounts, number: int) -> None:
        for step in range(each):
            result(store.record(Entry(NOW, Action.LOGIN, str(step), None, f"a{number}")))

    with crowd(make_database(), MANY) as people:
        people.at_once(note)
        entries = result(people.first.entries(None, 2 * MANY * each))
    assert len(entries) == MANY * each
    newest_first = [str(step) for step in reversed(range(each))]
    for number in range(MANY):
        steps = [entry.outcome for entry in entries if entry.account_id == f"a{number}"]
        assert steps == newest_first
