"""The tables: what is in them, and how large they are (RFC 7541, sections 2.3, 4 and 6.3)."""

from h2.errors import ErrorCodes

from tests.system.conformance.blocks import (
    ADDED,
    GET,
    NEVER,
    NEWEST,
    TABLE,
    WITHOUT,
    added,
    indexed,
    literal,
    pseudo,
    resized,
)
from tests.system.conformance.case import Case
from tests.system.conformance.frames import HEADER_TABLE_SIZE, headers, settings
from tests.system.conformance.outcomes import GoAway, Works
from tests.system.conformance.steps import acknowledged, answered, table_limited

UNREADABLE = GoAway(ErrorCodes.COMPRESSION_ERROR)
#: An entry's own bytes, beside those of name and value (section 4.1).
ENTRY = 32
#: A GET, all of it put into the table; and how the next one says the same.
ADDED_GET = b"".join(added(name, value) for name, value in pseudo())
SAME_GET = b"".join(indexed(NEWEST + age) for age in range(3, -1, -1))


def fails(section: str, name: str, says: str, *blocks: bytes) -> Case:
    """The last one of these *blocks* cannot be read."""
    frames = (headers(2 * number + 1, each) for number, each in enumerate(blocks))
    return Case(f"7541-{section}", name, says, tuple(frames), UNREADABLE)


def works(section: str, name: str, says: str, *blocks: bytes) -> Case:
    """All of these *blocks* are good requests, one behind the other."""
    streams = tuple(range(1, 2 * len(blocks) + 1, 2))
    frames = tuple(headers(stream, each) for stream, each in zip(streams, blocks, strict=True))
    return Case(f"7541-{section}", name, says, frames, Works(streams))


CASES = (
    works("2.3.2", "used-again", "What a request has added later ones use.", ADDED_GET, SAME_GET),
    works("2.3.2", "used-often", "As often as they like.", ADDED_GET, *[SAME_GET] * 9),
    works(
        "2.3.2",
        "within-one-block",
        "A field is in the table at once.",
        GET + added("x-field", "value") + indexed(NEWEST),
    ),
    works(
        "2.3.2",
        "oldest-last",
        "The newest field comes first.",
        GET + added("x-a", "a") + added("x-b", "b") + indexed(NEWEST + 1) + indexed(NEWEST),
    ),
    fails("2.3.3", "zero", "There is no field of number zero.", GET + indexed(0)),
    fails("2.3.3", "empty-table", "Nothing follows the static table.", GET + indexed(NEWEST)),
    fails(
        "2.3.3",
        "behind-the-last",
        "Nothing follows the oldest field.",
        GET + added("x-field", "value") + indexed(NEWEST + 1),
    ),
    fails("2.3.3", "far-behind", "Nor far behind it.", GET + indexed(1 << 20)),
    fails("2.3.3", "name-to-add", "A name is in the table.", GET + literal(NEWEST, "x", ADDED)),
    fails("2.3.3", "name-not-to-add", "However it is used.", GET + literal(NEWEST, "x", WITHOUT)),
    fails("2.3.3", "name-never-to-add", "Also if never to add.", GET + literal(NEWEST, "x", NEVER)),
    works("4.2", "to-nothing", "A block may begin by emptying the table.", resized(0) + GET),
    works("4.2", "and-back", "And by giving it its size again.", resized(0) + resized(TABLE) + GET),
    works("4.2", "to-the-limit", "The size may be what the server allows.", resized(TABLE) + GET),
    fails("4.2", "above-the-limit", "It may not be more.", resized(TABLE + 1) + GET),
    fails("4.2", "far-above-the-limit", "Nor much more.", resized(1 << 30) + GET),
    fails("4.2", "behind-a-field", "It changes before the first field.", GET[:13] + resized(0)),
    fails("4.2", "behind-all-fields", "Not behind the last.", GET + resized(TABLE)),
    Case(
        "7541-4.2",
        "of-answers",
        "A table that was emptied and filled again between two answers is empty for the second.",
        (
            headers(1),
            answered(1),
            settings((HEADER_TABLE_SIZE, 0)) + settings((HEADER_TABLE_SIZE, TABLE)),
            acknowledged(3),
            table_limited(0, TABLE),
            headers(3),
            answered(3),
            headers(5),
        ),
        Works((5,)),
    ),
    fails("4.3", "emptied", "What was in it is gone then.", ADDED_GET, resized(0) + SAME_GET),
    fails(
        "4.3",
        "emptied-and-back",
        "Also if it is as large as before.",
        ADDED_GET,
        resized(0) + resized(TABLE) + SAME_GET,
    ),
    works(
        "4.3",
        "just-large-enough",
        "A table holds what fits in it to the byte.",
        resized(ENTRY + len("x-field" + "value"))
        + GET
        + added("x-field", "value")
        + indexed(NEWEST),
    ),
    fails(
        "4.4",
        "a-byte-too-small",
        "What does not fit empties it.",
        resized(ENTRY + len("x-field" + "value") - 1)
        + GET
        + added("x-field", "value")
        + indexed(NEWEST),
    ),
    fails(
        "4.4",
        "the-oldest-goes",
        "What is added pushes out the oldest.",
        resized(100) + GET + added("x-a", "a" * 20) + added("x-b", "b" * 20) + indexed(NEWEST + 1),
    ),
    works(
        "4.4",
        "larger-than-the-table",
        "A field that never fits is no error.",
        GET + added("x-large", "x" * TABLE),
        GET,
    ),
    works(
        "4.4",
        "named-by-what-goes",
        "A new field may have the name of the one that it pushes out.",
        resized(60) + GET + added("x-field", "a" * 20) + literal(NEWEST, "b" * 20, ADDED),
    ),
)
