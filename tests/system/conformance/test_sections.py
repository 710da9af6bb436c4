"""All cases, each on a connection of its own."""

from collections.abc import Callable

import pytest
from hyperframe.frame import DataFrame, PushPromiseFrame, RstStreamFrame, SettingsFrame

from tests.system.conformance.case import Case
from tests.system.conformance.frames import LARGEST_FRAME
from tests.system.conformance.sections import CASES
from tests.system.rawhttp2 import RawHttp2
from tests.system.server import Server

#: Section 8.2.2.
CONNECTION_SPECIFIC = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(
    case: Case, one_worker: Server, record_property: Callable[[str, object], None]
) -> None:
    """What a section asks for happens, and whatever the server sends on the way is right."""
    with RawHttp2(one_worker, preface=case.begins) as connection:
        way = case.play(connection)
        check_sent(connection)
    record_property("way", way)


def test_ids() -> None:
    """No two cases have one name, or the table would count them once."""
    assert len({case.id for case in CASES}) == len(CASES) >= 140


def test_log(one_worker: Server) -> None:
    """Whatever the cases have sent, the server has noticed nothing worse than a client."""
    bad = [each for each in one_worker.lines() if each.get("level") in ("error", "critical")]
    assert bad == []
    assert "Traceback" not in one_worker.stderr()


def check_sent(connection: RawHttp2) -> None:
    """Fail if the server itself has broken a rule of sections 3.4, 4.2, 5.4.2, 8.2, 8.3 or 8.4."""
    frames = connection.frames
    assert isinstance(frames[0], SettingsFrame)
    assert "ACK" not in frames[0].flags
    assert not connection.of(PushPromiseFrame)
    assert all(each.body_len <= LARGEST_FRAME for each in connection.of(DataFrame))
    for number, frame in enumerate(frames):
        if isinstance(frame, RstStreamFrame):
            later = [type(it) for it in frames[number + 1 :] if it.stream_id == frame.stream_id]
            assert set(later) <= {RstStreamFrame}, f"{later} behind RST_STREAM"
    for answer in connection.answers.values():
        names = list(answer.headers)
        assert [each for each in names if each.startswith(":")] == names[:1]
        assert names[:1] in ([], [":status"])
        assert not any(each != each.lower() for each in names)
        assert not CONNECTION_SPECIFIC & set(names)
