"""What a page answers with: a value, so that pages can be tested without a connection."""

from attrs import frozen


@frozen
class Reply:
    """One answer.  Content-Length, Date and what a protocol needs are added when it is sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
