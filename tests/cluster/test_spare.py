"""Descriptors kept back."""

import os
import resource

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.spare import KEPT_BACK, Spare, raise_limit
from tests.cluster.descriptors import Descriptors


def opened() -> int:
    return len(os.listdir("/proc/self/fd"))


class SpareTests(SynchronousTestCase):
    """They are there when nothing else is."""

    def test_held(self) -> None:
        """They are held from the start, and free after a release."""
        before = opened()
        spare = Spare()
        self.assertTrue(spare.is_held)
        self.assertEqual(opened() - before, KEPT_BACK)
        spare.release()
        self.assertFalse(spare.is_held)
        self.assertEqual(opened(), before)

    def test_held_once(self) -> None:
        """Holding twice holds no more."""
        spare = Spare()
        self.addCleanup(spare.release)
        before = opened()
        self.assertTrue(spare.hold())
        self.assertEqual(opened(), before)

    def test_too_few(self) -> None:
        """Of too few none is taken: they are for whoever wants them."""
        before = opened()
        descriptors = Descriptors(left=3)
        spare = Spare(5, descriptors.open)
        self.assertFalse(spare.is_held)
        self.assertEqual(opened(), before)
        descriptors.left = 5
        self.assertTrue(spare.hold())
        spare.release()


class LimitTests(SynchronousTestCase):
    """How many there may be."""

    def test_raise_limit(self) -> None:
        """As many as the kernel lets us have."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[1] - 1, before[1]))
        raise_limit()
        self.assertEqual(resource.getrlimit(resource.RLIMIT_NOFILE), (before[1], before[1]))
