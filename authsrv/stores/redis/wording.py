"""Notices as they travel: JSON, with who waits for a confirmation, and of what number."""

import json
from typing import Any

from attrs import fields, frozen

from authsrv.stores.board import Notice

#: What is heeded when a message cannot be read: whatever it said, it is in here.  It signs nobody
#: out: perhaps a worker of another version has written it.
_ANYTHING = Notice(everything=True, certain=False)
#: Whatever a notice may say: a message that says more is not understood.
_NAMES = {"number", "from", *(each.name for each in fields(Notice))}


@frozen
class Message:
    """A notice, from the worker *sender*, who waits for *number* to be confirmed."""

    number: int
    sender: str
    notice: Notice

    def text(self) -> str:
        """As it travels."""
        notice = self.notice
        facts: dict[str, Any] = {"number": self.number, "from": self.sender}
        if notice.sessions:
            facts["sessions"] = [key.hex() for key in notice.sessions]
        if notice.account is not None:
            facts |= {"account": notice.account, "one": notice.one}
            facts["keep"] = notice.keep.hex() if notice.keep is not None else None
        if notice.everything:
            facts["everything"] = True
        if notice.accounts:
            facts["accounts"] = list(notice.accounts)
        if not notice.certain:
            facts["certain"] = False
        return json.dumps(facts, separators=(",", ":"))


def parse(text: bytes) -> Message:
    """The message in *text*; what makes no sense means anything, and is confirmed to nobody."""
    try:
        facts = json.loads(text)
        if facts.keys() - _NAMES:
            raise ValueError
        sender = str(facts["from"])
        sender.encode("ascii")
        return Message(int(facts["number"]), sender, _notice(facts))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Message(0, "", _ANYTHING)


def _notice(facts: dict[str, Any]) -> Notice:
    keep, one, account = facts.get("keep"), facts.get("one"), facts.get("account")
    return Notice(
        tuple(bytes.fromhex(key) for key in _list(facts, "sessions")),
        None if account is None else str(account),
        None if keep is None else bytes.fromhex(keep),
        None if one is None else str(one),
        facts.get("everything", False) is not False,
        tuple(map(str, _list(facts, "accounts"))),
        facts.get("certain", True) is not False,
    )


def _list(facts: dict[str, Any], name: str) -> list[Any]:
    found = facts.get(name, [])
    if not isinstance(found, list):
        raise TypeError
    return found
