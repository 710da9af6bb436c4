from random import Random
from socket import AF_INET

from twisted.internet.defer import Deferred
from twisted.protocols import amp
from twisted.test.iosim import FakeTransport, connect
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.channel import (
    Channel,
    Figures,
    Heartbeat,
    Inherited,
    pack_listeners,
    unpack_listeners,
)


class _Answering(Channel):
    def __init__(self, text: str) -> None:
        super().__init__(lambda: None)
        self.text = text

    @Figures.responder
    def figures(self) -> dict[str, object]:
        return {"text": self.text}

    @Heartbeat.responder
    def heartbeat(self) -> Deferred[dict[str, object]]:
        return Deferred()


class ChannelTests(SynchronousTestCase):
    def setUp(self) -> None:
        random = Random(3)
        self.text = "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(100_000))
        self.lost: list[str] = []
        self.ours = Channel(lambda: self.lost.append("ours"))
        theirs = _Answering(self.text).protocol
        self.pump = connect(
            self.ours.protocol,
            FakeTransport(self.ours.protocol, True),
            theirs,
            FakeTransport(theirs, False),
            greet=False,
        )

    def test_long_text(self) -> None:
        """A text that is longer than one value of AMP, even compressed, arrives whole."""
        answer: Deferred[dict[str, str]] = self.ours.callRemote(Figures)
        self.pump.flush()
        self.assertEqual(self.text, self.successResultOf(answer)["text"])

    def test_length_counts(self) -> None:
        """The text of these tests does need more than one value."""
        box = amp.Box()
        amp_type = dict(Figures.response)[b"text"]
        amp_type.toBox(b"text", box, {"text": self.text}, None)
        self.assertGreater(len(box), 2)

    def test_lost(self) -> None:
        """When the channel is lost, its owner is told, and who waits for an answer too."""
        answer = self.ours.callRemote(Heartbeat)
        self.pump.flush()
        self.assertNoResult(answer)
        answer.addErrback(lambda failure: self.lost.append("answer"))
        self.ours.close()
        self.pump.flush()
        self.assertEqual(["answer", "ours"], self.lost)

    def test_close_twice(self) -> None:
        """Closing a channel that was never open, or twice, is no error."""
        Channel(lambda: None).close()
        self.ours.close()
        self.ours.close()
        self.pump.flush()
        self.assertEqual(["ours"], self.lost)

    def test_listeners(self) -> None:
        """Listeners arrive as they were sent."""
        sent = [Inherited("https", "127.0.0.1:8443", 4, int(AF_INET))]
        self.assertEqual(sent, unpack_listeners(pack_listeners(sent)))
