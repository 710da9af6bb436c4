"""Twisted's own 67 tests of HTTP/2, asked of our connection: 50 hold for it, 17 are listed here."""

import unittest
from inspect import isclass
from typing import ClassVar, NamedTuple

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.twisted_cases import AsksOurs, test_http2

_HEAD = (
    "an answer's head leaves with its body in one write, at the end of a turn; Twisted's at once"
)
_NOT_IDLE = "with a stream open nothing idles: body, handler and answer have deadlines of their own"
_LEAVES = "a client that says GOAWAY still gets the answers to what it has asked (RFC 9113, 6.8)"


class Listed(NamedTuple):
    """A test of theirs that cannot pass, what its failure says, and why that is meant."""

    name: str
    says: str
    why: str


#: Each is run, and must fail as it says.
LISTED = (
    Listed("test_pausingProducerPreventsDataSend", "1 != 2", _HEAD),
    Listed("test_protocolErrorTerminatesConnection", "2 != 3", _HEAD),
    Listed("test_stopProducing", "1 != 2", _HEAD),
    Listed("test_terminatedConnection", "False is not true", _LEAVES),
    Listed("test_failOnGoaway", "the test has not ended", _LEAVES),
    Listed(
        "test_sendAccordingToPriority", "[1, 3, 5, 1, 3, 5,", "streams take turns (RFC 9113, 5.3)"
    ),
    Listed("test_losingConnectionWithNoAbortTimeOut", "NoneType", "we wait for no peer for ever"),
    Listed("test_noTimeoutIfConnectionLost", "2 != 1", _NOT_IDLE),
    Listed(
        "test_timeoutResetByResponseData",
        "True is not false",
        "it sends the preface twice: read as a frame, that is too long, and refused at once",
    ),
    Listed("test_timeoutWithProtocolErrorIfStreamsOpen", "1 != 2", _NOT_IDLE),
    Listed("test_timeoutResetByRequestData", "True is not false", "a frame has a deadline"),
    Listed("test_backwardClockDoesNotDrainBucket", "200 != 199", "our bucket is another"),
    Listed(
        "test_serverInitiatedResetsDoNotConsumeTokens",
        "True is not false",
        "CVE-2025-8671: both do",
    ),
    Listed("test_RequestRequiringFactorySiteInConstructor", "'object' object", "a WireSite it is"),
)
#: Not run here.
ELSEWHERE = {"test_realRequest": "opens a socket: tests/system does that, with other clients"}


class Asked(AsksOurs):
    """Knows the list."""

    fails: ClassVar = {listed.name: listed.says for listed in LISTED}


class ServerTests(Asked, test_http2.HTTP2ServerTests):
    """Requests and answers."""


class FlowControlTests(Asked, test_http2.H2FlowControlTests):
    """Windows."""


class TransportTests(Asked, test_http2.HTTP2TransportChecking):
    """The transport below."""


class SchedulingTests(Asked, test_http2.HTTP2SchedulingTests):
    """What is asked of the reactor."""


class TimeoutTests(Asked, test_http2.HTTP2TimeoutTests):
    """Connections that idle, and that do not close."""


class RapidResetTests(Asked, test_http2.HTTP2RapidResetTests):
    """Clients that reset what they ask for."""


def _tests_of(case: type[unittest.TestCase]) -> list[str]:
    return list(unittest.TestLoader().getTestCaseNames(case))


class ListTests(SynchronousTestCase):
    """The list is exact: a listed test that passes fails where it runs."""

    def setUp(self) -> None:
        theirs = [
            c for c in vars(test_http2).values() if isclass(c) and issubclass(c, unittest.TestCase)
        ]
        self.theirs = [name for case in theirs for name in _tests_of(case)]
        self.asked = [name for case in Asked.__subclasses__() for name in _tests_of(case)]
        self.listed = [listed.name for listed in LISTED]

    def test_every_test_is_known(self) -> None:
        """Each test of theirs is asked, or said to be elsewhere."""
        self.assertEqual(sorted(self.theirs), sorted([*self.asked, *ELSEWHERE]))

    def test_names(self) -> None:
        """A listed name is a test that is asked, and stands there once."""
        self.assertEqual(len(set(self.listed)), len(self.listed))
        self.assertEqual(set(self.listed) - set(self.asked), set())

    def test_numbers(self) -> None:
        """67 are theirs: 50 must pass, 16 must fail as listed, 1 is not asked."""
        passing = len(self.asked) - len(self.listed)
        found = f"{len(self.theirs)} theirs: {passing} pass, {len(self.listed)} fail as listed"
        self.assertEqual(found, "67 theirs: 52 pass, 14 fail as listed")
        self.assertEqual(len(set(self.theirs)), 67)
