"""How far a login has come.  Progress is a type, not flags: a ``Done`` cannot lack a proof."""

from enum import Enum

from attrs import frozen


class Proof(Enum):
    """What somebody can show to be who they say they are."""

    PASSWORD = "password"  # noqa: S105  the name of a proof


@frozen
class Anonymous:
    """Nothing has been shown yet."""


@frozen
class Partial:
    """*proofs* have been shown for *account_id*; *owed* are still missing."""

    account_id: str
    proofs: frozenset[Proof]
    owed: frozenset[Proof]


@frozen
class Done:
    """Everything owed has been shown."""

    account_id: str
    proofs: frozenset[Proof]


Progress = Anonymous | Partial | Done


def advance(
    progress: Progress, account_id: str, proof: Proof, required: frozenset[Proof]
) -> Progress:
    """*progress* after *proof* was shown for *account_id*, of which *required* proofs are asked.

    Proofs of one account do not count for another: changing the account begins again.
    """
    before = frozenset[Proof]()
    if not isinstance(progress, Anonymous) and progress.account_id == account_id:
        before = progress.proofs
    proofs = before | {proof}
    owed = required - proofs
    return Partial(account_id, proofs, owed) if owed else Done(account_id, proofs)
