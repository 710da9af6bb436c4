"""Accounts: who may sign in, and which names are the same name."""

import unicodedata

from attrs import field, frozen

from authsrv.core.errors import InvalidFields
from authsrv.core.lookalikes import is_readable, is_visible, scripts, skeleton
from authsrv.core.sessions import Session

LONGEST_NAME = 64
LONGEST_TEXT = 256
#: Browsers known to one account: a program that signs in without keeping cookies is a new one
#: each time.
MOST_BROWSERS = 50
_PUNCTUATION = frozenset("._-@+")


@frozen
class Account:
    """Somebody who may sign in.

    *name* is normalised (:func:`normalise_name`).  *epoch* grows when every session made so far
    must die: at a password change, when the account is disabled, at "sign out everywhere".
    """

    id: str
    name: str
    display_name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    admin: bool = False
    disabled: bool = False
    epoch: int = 0
    created_at: float = 0.0
    password_hash: str | None = field(default=None, repr=False)

    @property
    def shown_name(self) -> str:
        """What people call them."""
        return self.display_name or self.name


def normalise_name(text: str) -> str:
    """*text* as names are compared: NFKC, case-folded, trimmed (UAX #15, UAX #31)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def new_name(text: str) -> tuple[str, str]:
    """The normalised name and the skeleton of a name somebody wants to have.

    Two names with one skeleton look alike, so only one of them may exist (UTS #39, section 4).
    Raises InvalidFields for a name that is empty, too long, or made to deceive.
    """
    name = normalise_name(text)
    if not name:
        raise InvalidFields({"name": "name-empty"})
    if len(name) > LONGEST_NAME:
        raise InvalidFields({"name": "name-too-long"})
    if not all(_is_allowed(c) for c in name) or not name[0].isalnum():
        raise InvalidFields({"name": "name-characters"})
    if len(scripts(name)) > 1:
        raise InvalidFields({"name": "name-mixed-scripts"})
    return name, skeleton(name)


def _is_allowed(character: str) -> bool:
    return character in _PUNCTUATION or is_readable(character)


def clean_text(text: str) -> str:
    """A display name or e-mail address without what a header or a log line could not hold."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or is_visible(c))
    return " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST_TEXT].strip()


def clean_group(text: str) -> str:
    """A group's name: lists of groups are written with commas, so a name has none."""
    group = clean_text(text)
    if not group or len(group) > LONGEST_NAME or set(group) & set(",;|"):
        raise InvalidFields({"group": "group-characters"})
    return group


def still_theirs(session: Session, account: Account | None) -> bool:
    """Whether *session* still speaks for *account*: not removed, not disabled, not outdated."""
    return account is not None and not account.disabled and session.epoch == account.epoch
