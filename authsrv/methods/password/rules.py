"""Which passwords may be chosen: length, and nothing that is tried first.

NIST SP 800-63B-4, section 3.1.1.2: a minimum length, a list of common ones, the account's own
words; no rules of composition, no forced change.
"""

from collections.abc import Collection, Sequence

from attrs import frozen

# A word is "contained" only if it is long enough to be most of a guess.
_SHORTEST_WORD = 3
# What is left of a password beside its word must be worth something by itself.
_ENOUGH_BESIDE = 8


@frozen
class PasswordPolicy:
    """At least *min_length* characters, and none of the *common* (case-folded) ones."""

    min_length: int
    common: Collection[str]

    def __call__(self, password: str, words: Sequence[str]) -> str | None:
        """The message identifier of what is wrong with *password*, or None."""
        if len(password) < self.min_length:
            return "password-short"
        folded = password.casefold()
        if self._is_common(folded):
            return "password-common"
        if any(_is_made_of(folded, word.casefold()) for word in words):
            return "password-name"
        return None

    def _is_common(self, folded: str) -> bool:
        unit = repeated_unit(folded)
        return folded in self.common or len(unit) < _SHORTEST_WORD or unit in self.common


def repeated_unit(text: str) -> str:
    """The shortest text of which *text* is a repetition: ``"abcabc"`` is ``"abc"`` twice."""
    # A text that is a repetition is found again in its own double before its end.
    return text[: (text + text).find(text, 1)]


def _is_made_of(folded: str, word: str) -> bool:
    if len(word) < _SHORTEST_WORD or word not in folded:
        return False
    return len(folded.replace(word, "")) < _ENOUGH_BESIDE
