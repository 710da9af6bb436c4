"""What a typed password is, before anybody hashes or judges it."""

import unicodedata

#: Longer ones are refused, never cut (NIST SP 800-63B-4, section 3.1.1.2).
LONGEST_BYTES = 1024


def prepare(text: str) -> str | None:
    """*text* as it is hashed, or None if it is over 1,024 bytes or no text at all.

    Normalised to NFC, so that one Korean keyboard's syllables equal another's letters (RFC 8265,
    section 4.2.2); nothing else is changed, no space is trimmed.
    """
    normal = unicodedata.normalize("NFC", text)
    try:
        return normal if len(normal.encode("utf-8")) <= LONGEST_BYTES else None
    except UnicodeEncodeError:
        return None
