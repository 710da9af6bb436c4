"""How far a login has come."""

from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.login import Anonymous, Done, Partial, Progress, Proof, advance

PASSWORD = frozenset({Proof.PASSWORD})
# There is one proof yet; the rules must hold for more, and ask nothing of a proof but to be one.
CODE = cast(Proof, "code")
KEY = cast(Proof, "key")
PROOFS = st.sampled_from([Proof.PASSWORD, CODE, KEY])
STEPS = st.lists(st.tuples(st.sampled_from(["ada", "bob"]), PROOFS), min_size=1, max_size=12)


class AdvanceTests(SynchronousTestCase):
    """One proof after another."""

    def test_one_is_enough(self) -> None:
        """Where a password is all that is asked, it ends the login."""
        after = advance(Anonymous(), "ada", Proof.PASSWORD, PASSWORD)
        self.assertEqual(after, Done("ada", PASSWORD))

    def test_two(self) -> None:
        """Where two are asked, the first leaves the other owed, and the other ends the login."""
        half = advance(Anonymous(), "ada", Proof.PASSWORD, PASSWORD | {CODE})
        self.assertEqual(half, Partial("ada", PASSWORD, frozenset({CODE})))
        self.assertEqual(
            advance(half, "ada", CODE, PASSWORD | {CODE}), Done("ada", PASSWORD | {CODE})
        )

    def test_same_again(self) -> None:
        """The same proof shown twice is one proof."""
        half = advance(Anonymous(), "ada", Proof.PASSWORD, PASSWORD | {CODE})
        self.assertEqual(advance(half, "ada", Proof.PASSWORD, PASSWORD | {CODE}), half)

    def test_other_account(self) -> None:
        """A password of one account and a code of another sign in to neither."""
        half = advance(Anonymous(), "ada", Proof.PASSWORD, PASSWORD | {CODE})
        other = advance(half, "bob", CODE, PASSWORD | {CODE})
        self.assertEqual(other, Partial("bob", frozenset({CODE}), PASSWORD))

    def test_done_is_no_other(self) -> None:
        """Somebody signed in has shown nothing for another account."""
        other = advance(Done("ada", PASSWORD), "bob", CODE, PASSWORD | {CODE})
        self.assertEqual(other, Partial("bob", frozenset({CODE}), PASSWORD))

    def test_step_up(self) -> None:
        """Somebody signed in keeps what was shown when one more proof is asked."""
        after = advance(Done("ada", PASSWORD), "ada", CODE, PASSWORD | {CODE, KEY})
        self.assertEqual(after, Partial("ada", PASSWORD | {CODE}, frozenset({KEY})))

    @settings(deadline=None)
    @given(STEPS, st.frozensets(PROOFS, min_size=1))
    def test_never_done_without(
        self, steps: list[tuple[str, Proof]], required: frozenset[Proof]
    ) -> None:
        """A login is done exactly when all that is asked was shown for that account in a row."""
        progress: Progress = Anonymous()
        row: set[Proof] = set()
        before = ""
        for account_id, proof in steps:
            row = {proof} | (row if account_id == before else set())
            before = account_id
            progress = advance(progress, account_id, proof, required)
            self.assertEqual(isinstance(progress, Done), required <= row)
            assert not isinstance(progress, Anonymous)
            self.assertEqual((progress.account_id, progress.proofs), (account_id, row))
            if isinstance(progress, Partial):
                self.assertEqual(progress.owed, required - row)
