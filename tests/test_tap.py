import os
from pathlib import Path
from typing import Any

from twisted.application.service import IService
from twisted.python.usage import UsageError
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.supervisor import Supervisor
from authsrv.tap import Options, makeService


def options(*arguments: str, **twistd: Any) -> Options:
    parsed: Any = Options()
    parsed.parent = twistd
    parsed.parseOptions(list(arguments))
    found: Options = parsed
    return found


class OptionsTests(SynchronousTestCase):
    def test_nothing_said(self) -> None:
        """What is not said on the command line overrides nothing."""
        self.assertEqual({}, options().overrides())

    def test_overrides(self) -> None:
        """What is said goes before the file, by dotted key."""
        said = options("--workers", "3", "--auth", "memory:a:b", "--development").overrides()
        self.assertEqual({"workers.count": 3, "auth": "memory:a:b", "development": True}, said)

    def test_refused(self) -> None:
        """What cannot be meant is refused with its option's name."""
        for arguments in (
            ["--workers", "0"],
            ["--workers", "-1"],
            ["--workers", "two"],
            ["--workers", "٣"],
            ["--auth", "no-such-type"],
            ["--auth", "memory:a:b", "--auth", "memory:a:b"],
        ):
            with self.subTest(arguments), self.assertRaises(UsageError) as caught:
                options(*arguments)
            self.assertIn(arguments[0], str(caught.exception))

    def test_syslog(self) -> None:
        """twistd's --syslog is refused, because it would be ignored."""
        with self.assertRaises(UsageError):
            options(syslog=True)

    def test_help(self) -> None:
        """Every option is explained in --help."""
        text = str(Options())
        for name in ("--config=", "--workers=", "--auth=", "--help-auth", "--development"):
            (line,) = [it for it in text.splitlines() if it.strip().startswith(name + " ")]
            self.assertTrue(line.split(name)[1].strip(), line)


class MakeServiceTests(SynchronousTestCase):
    def write(self, text: str) -> str:
        path = Path(self.mktemp())
        path.write_text(text)
        return str(path)

    def test_service(self) -> None:
        """Good settings make a supervisor that has opened nothing yet."""
        before = len(os.listdir("/proc/self/fd"))
        path = self.write('public_url = "http://localhost:8080"\n')
        service = makeService(options("--config", path, "--development"))
        self.assertIsInstance(service, Supervisor)
        self.assertTrue(IService.providedBy(service))
        self.assertEqual(before, len(os.listdir("/proc/self/fd")))

    def test_mistakes(self) -> None:
        """All mistakes in the settings end the start, as text."""
        path = self.write('public_url = "nonsense"\n[workers]\ncount = -1\n')
        with self.assertRaises(SystemExit) as caught:
            makeService(options("--config", path))
        self.assertIn("public_url", str(caught.exception))
        self.assertIn("workers.count", str(caught.exception))

    def test_absent(self) -> None:
        """Settings that are not there end the start, as text."""
        path = self.mktemp()
        with self.assertRaises(SystemExit) as caught:
            makeService(options("--config", path))
        self.assertIn(path, str(caught.exception))
