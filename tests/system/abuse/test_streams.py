"""What happens on one stream, or on too many, leaves the other streams and the worker alone."""

import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, GoAwayFrame, RstStreamFrame, WindowUpdateFrame

from tests.system.abuse.target import GROWTH, Seen, Target
from tests.system.client import Client
from tests.system.rawhttp2 import RawHttp2, name, raw

PAGE = "/login"
CANCEL = RstStreamFrame(1, error_code=ErrorCodes.CANCEL)
#: What a body may be read to, beyond its limit, before it is cut off; what the attack would send.
_SWALLOWED, _UPLOAD = 1 << 20, 150 << 20


def expected(target: Target) -> bytes:
    """What PAGE is."""
    with Client(target.server) as client:
        return client.get(PAGE).body


def post(client: RawHttp2, stream: int, *more: tuple[str, str]) -> None:
    """The head of a POST, without an end."""
    fields = client.fields(PAGE, "POST", ("content-type", "text/plain"), *more)
    client.send(client.head(stream, fields, ["END_HEADERS"]))


@pytest.mark.parametrize("expect", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reset_in_its_own_read(target: Target, method: str, expect: bool) -> None:
    """A stream opened and reset in one read, with others around it: those are answered whole."""
    whole = expected(target)
    more = [("expect", "100-continue")] if expect else []
    flags = ["END_HEADERS"] + ["END_STREAM"] * (method == "GET")

    def attack() -> Seen:
        with target.connect() as client:
            doomed = client.head(1, client.fields(PAGE, method, *more), flags)
            client.send(doomed, CANCEL, client.head(3))
            assert client.answer(3).body == whole, f"GOAWAY {name(client.goaway)}"
            # A segment of its own, and a request behind it.
            client.send(client.head(5), RstStreamFrame(5))
            assert client.get(7).body == whole
            assert not client.answers.get(1)
            return Seen("alive")

    said = ", expects 100" if expect else ""
    target.measure(f"{method} and reset in one read{said}", attack, warm=False)


@pytest.mark.parametrize("expect", [False, True])
def test_farewell_in_its_own_read(target: Target, expect: bool) -> None:
    """A request, a part of its body and GOAWAY in one read: what was begun may be ended."""
    more = [("expect", "100-continue")] if expect else []

    def attack() -> Seen:
        with target.connect() as client:
            head = client.head(1, client.fields(PAGE, "POST", *more), ["END_HEADERS"])
            client.send(head, DataFrame(1, data=bytes(16384)), GoAwayFrame(0))
            client.send(DataFrame(1, flags=["END_STREAM"]))
            assert client.answer(1).status == 415
            client.end()
            return Seen("closed", 3)

    said = ", expects 100" if expect else ""
    target.measure(f"POST and GOAWAY in one read{said}", attack, warm=False)


def test_early_answer(target: Target) -> None:
    """A body that is cut off by 413 while more of it comes does not touch the other streams."""
    whole = expected(target)

    def attack() -> Seen:
        with target.connect() as client:
            post(client, 1)
            post(client, 3)
            sent = _upload(client, 3, _UPLOAD)
            assert client.answers[3].status == 413
            # As much as may have been under way, and the end.
            client.send(*[DataFrame(3, data=bytes(1000))] * 30, DataFrame(3, flags=["END_STREAM"]))
            assert client.get(5).body == whole
            client.send(DataFrame(1, data=b"x", flags=["END_STREAM"]))
            assert client.answer(1).status == 415
            assert not client.closed
            return Seen("413", note=f"after {sent >> 10} KiB")

    row = target.measure("early 413 beside other streams", attack)
    assert row.growth < GROWTH, row


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_endless_body(target: Target, method: str) -> None:
    """A body without content-length is not kept beyond its limit, nor read for ever."""
    sent = 0

    def attack() -> Seen:
        nonlocal sent
        with target.connect() as client:
            client.send(client.head(1, client.fields(PAGE, method), ["END_HEADERS"]))
            sent = _upload(client, 1, _UPLOAD)
            return Seen(_cut(client, 1), note=f"after {sent >> 10} KiB")

    row = target.measure(f"{method} with 150 MiB of DATA", attack)
    assert sent <= 2 * _SWALLOWED
    assert row.cut.startswith("413")
    assert row.peak < GROWTH, row


def _upload(client: RawHttp2, stream: int, size: int) -> int:
    """Send *size* bytes as the windows let, until the stream is over; how many were sent."""
    sent = 0

    def room() -> int:
        opened = [0, 0]
        for each in client.of(WindowUpdateFrame):
            if each.stream_id in (0, stream):
                opened[bool(each.stream_id)] += each.window_increment
        return min(opened) + 65535 - sent

    def over() -> bool:
        answer = client.answers.get(stream)
        return client.closed or (answer is not None and answer.over)

    while sent < size and not over():
        if not client.read_until(lambda: over() or room() >= 16384):
            return sent
        if not over():
            client.send(DataFrame(stream, data=bytes(16384)))
            sent += 16384
    return sent


def _cut(client: RawHttp2, stream: int) -> str:
    answer = client.answers[stream]
    reset = "" if answer.reset is None else f", RST_STREAM {name(answer.reset)}"
    return f"{answer.status}{reset}"


def test_open_posts(target: Target) -> None:
    """100 POSTs that are not ended take no file descriptors."""

    def attack() -> Seen:
        with target.connect() as client:
            before = target.worker.descriptors()
            for stream in range(1, 200, 2):
                # The first half says that much is coming, which is a reason to use a file.
                post(client, stream, *([("content-length", "1000000")] if stream < 100 else []))
            assert client.sync()
            more = target.worker.descriptors() - before
            assert more == 0
            return Seen("alive", note=f"{more} descriptors")

    row = target.measure("100 open POSTs", attack)
    assert row.peak < GROWTH, row


def test_one_too_many(target: Target) -> None:
    """The 101st stream at once is refused, and alone: it may be sent again, and the rest live."""

    def attack() -> Seen:
        with target.connect() as client:
            for stream in range(1, 202, 2):
                post(client, stream)
            assert client.answer(201).reset == ErrorCodes.REFUSED_STREAM
            for stream in range(1, 200, 2):
                client.send(DataFrame(stream, data=b"x", flags=["END_STREAM"]))
            assert {client.answer(stream).status for stream in range(1, 200, 2)} == {415}
            assert client.get(203, PAGE).status == 200
            resets = [each.stream_id for each in client.of(RstStreamFrame)]
            assert resets == [201]
            return Seen("refused", 101)

    target.measure("101 streams at once", attack, warm=False)


def test_batches(target: Target) -> None:
    """Fifty small answers come in a few TLS records."""
    records = 0

    def attack() -> Seen:
        nonlocal records
        with target.connect() as client:
            before = client.records
            streams = range(1, 101, 2)
            client.send(*(client.head(stream, client.fields("/")) for stream in streams))
            assert all(client.answer(stream).status == 303 for stream in streams)
            records = client.records - before
            return Seen("alive", note=f"{records} TLS records")

    target.measure("50 small answers", attack, warm=False)
    assert records <= 8


def test_fatal_error(target: Target) -> None:
    """Behind a fatal error comes GOAWAY and then the end of TCP, whatever else is open."""

    def attack() -> Seen:
        with target.connect({4: 0}) as client:
            post(client, 1)
            client.send(client.head(3), raw(0x0, 0, b"x"))
            return Seen(f"GOAWAY {name(client.end())}", 3)

    row = target.measure("DATA on stream 0", attack)
    assert row.cut == "GOAWAY PROTOCOL_ERROR"
