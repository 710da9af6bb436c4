"""The beats of a worker."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.stores.redis.pulse import REMEMBERED, Pulse


class PulseTests(SynchronousTestCase):
    """What a good beat is."""

    def test_heard(self) -> None:
        """A beat that is heard is good from when it was sent, answered or not."""
        pulse = Pulse(replicated=False)
        number = pulse.beat(5.0)
        self.assertIsNone(pulse.answered(number))
        self.assertEqual(pulse.heard(number), 5.0)

    def test_replicated(self) -> None:
        """Where a replica must have it, it is good when both have come, in whatever order."""
        pulse = Pulse(replicated=True)
        one, two = pulse.beat(1.0), pulse.beat(2.0)
        self.assertIsNone(pulse.heard(one))
        self.assertEqual(pulse.answered(one), 1.0)
        self.assertIsNone(pulse.answered(two))
        self.assertEqual(pulse.heard(two), 2.0)

    def test_of_another_connection(self) -> None:
        """What was sent before is unknown afterwards, and its number is not used again."""
        pulse = Pulse(replicated=False)
        old = pulse.beat(1.0)
        pulse.begin()
        self.assertNotEqual(pulse.beat(2.0), old)
        self.assertIsNone(pulse.heard(old))
        self.assertIsNone(pulse.answered(old))

    def test_bound(self) -> None:
        """Only the latest are remembered."""
        pulse = Pulse(replicated=False)
        numbers = [pulse.beat(float(at)) for at in range(REMEMBERED + 1)]
        self.assertIsNone(pulse.heard(numbers[0]))
        self.assertEqual(pulse.heard(numbers[1]), 1.0)
