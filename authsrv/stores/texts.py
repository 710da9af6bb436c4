"""Text as every backend can keep it."""


def storable(text: str) -> str:
    """*text* with ``?`` for what no database takes: lone surrogates and NUL.

    Both arrive in hostile JSON and headers.  No name or identifier of ours contains ``?``, so a
    look-up by the result finds nothing.
    """
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
