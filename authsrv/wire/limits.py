"""What one client may cost: seconds and bytes."""

from attrs import frozen

#: Seconds that a peer may take to close a connection on which nothing was under way: many that
#: keep one in a pool do not read it, and a server that stops should not wait for them.
IDLE_CLOSE = 1
#: Seconds without a request after which a client is not about to send one.
SILENCE = 3
#: Seconds for a client that was told why its connection ends to read that.
ABUSE_CLOSE = 1
#: Seconds for a client to read the answer to its upload before that is stopped.
UPLOAD_CLOSE = 1


@frozen
class Limits:
    """The limits of one listening socket.

    *header_seconds* is also the deadline of the TLS handshake, and of any one HTTP/2 frame.
    *write_seconds* is how long a client may take nothing of what waits for it.  *head_bytes*
    bounds the request line with all header fields on HTTP/1.1, and the decoded header list on
    HTTP/2.  The rest is about one HTTP/2 connection: *streams* at once, *requests* in its life,
    *continuations* of one header block, and how often streams may be reset (by either side) and
    useless frames be sent: so many at once, and so many a second in the long run.
    """

    header_seconds: float = 10.0
    body_seconds: float = 20.0
    write_seconds: float = 20.0
    body_bytes: int = 65536
    handler_seconds: float = 15.0
    idle_seconds: float = 60.0
    head_bytes: int = 16384
    head_fields: int = 100
    streams: int = 100
    requests: int = 10_000
    continuations: int = 8
    reset_burst: int = 200
    resets_per_second: int = 20
    useless_burst: int = 1000
    useless_per_second: int = 100
