from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.notify import notifier


class NotifierTests(SynchronousTestCase):
    def test_nobody(self) -> None:
        """Without systemd, or with one that has gone, telling how we are is no error."""
        notifier({})("READY=1")
        notifier({"NOTIFY_SOCKET": self.mktemp()})("READY=1")
        notifier({"NOTIFY_SOCKET": "@authsrv-no-such-socket"})("READY=1")
