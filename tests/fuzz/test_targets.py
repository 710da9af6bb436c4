"""The targets, a little, without the engine."""

import random

from twisted.trial.unittest import SynchronousTestCase

from tests.fuzz.target import Target, find, names, outcome


def mixed(target: Target, chance: random.Random) -> bytes:
    """A seed, cut and pasted with another one and with tokens."""
    one, other = (bytearray(chance.choice(target.seeds)) for _ in range(2))
    at = chance.randrange(len(one) + 1)
    one[at : at + chance.randrange(9)] = chance.choice(
        (*target.tokens, other[chance.randrange(len(other) + 1) :], chance.randbytes(3))
    )
    return bytes(one[: target.longest])


class TargetTests(SynchronousTestCase):
    """What the fuzzer is given to begin with."""

    def test_seeds(self) -> None:
        """No seed breaks what it is for, nor does the empty input."""
        for name in names():
            target = find(name)
            for data in (b"", *target.seeds):
                with self.subTest(target=name, data=data):
                    self.assertLessEqual(len(data), target.longest)
                    target.run(data)

    def test_mixed(self) -> None:
        """Nor does what is near the seeds."""
        for name in names():
            target, chance = find(name), random.Random(name)
            for data in [mixed(target, chance) for _ in range(30)]:
                with self.subTest(target=name, data=data):
                    target.run(data)

    def test_names(self) -> None:
        """Every target is found by its name, and nothing else is."""
        self.assertGreater(len(names()), 20)
        for unknown in ("", "browser", "browser.nothing", "browser.NAME", "os.path", "nothing.x"):
            self.assertRaises(LookupError, find, unknown)

    def test_outcome(self) -> None:
        """An error that is documented is an outcome, any other one a defect."""
        self.assertEqual(outcome(ValueError, int, "5"), 5)
        self.assertIsInstance(outcome(ValueError, int, "x"), ValueError)
        self.assertRaises(ValueError, outcome, LookupError, int, "x")
