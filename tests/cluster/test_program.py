"""Our own program, started anew."""

import json
import os
import sys
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.handover import VARIABLE, Handover
from authsrv.cluster.program import Program, _judge


class ProgramTests(SynchronousTestCase):
    """What is executed, and what is refused."""

    def test_running(self) -> None:
        """It is the very command that runs here, in the directory where it was given."""
        program = Program.running(None, is_daemon=False)
        self.assertEqual(program.command, (sys.executable, *sys.orig_argv[1:]))
        self.assertEqual(program.directory, os.getcwd())

    def test_become(self) -> None:
        """It is executed with what is left to it in its environment."""
        executed: list[Any] = []
        program = Program(None, ("/x/python", "twistd", "authsrv"), os.getcwd())
        program.become(Handover(), lambda *all_of_it: executed.append(all_of_it))
        ((path, arguments, environment),) = executed
        self.assertEqual((path, arguments), ("/x/python", ["/x/python", "twistd", "authsrv"]))
        self.assertEqual(json.loads(environment[VARIABLE]), [[], []])
        self.assertNotIn(VARIABLE, os.environ)

    def test_daemon(self) -> None:
        """A daemon of twistd's cannot become another."""
        program = Program(None, (), "/", is_daemon=True)
        self.failureResultOf(program.rehearse(), CannotStart)

    def test_judge(self) -> None:
        """What cannot be imported is refused, with the last line of why."""
        _judge((b"", b"a warning", 0))
        with self.assertRaisesRegex(CannotStart, "SyntaxError: invalid"):
            _judge((b"", b"Traceback\n  File\nSyntaxError: invalid\n", 1))
        with self.assertRaises(CannotStart):
            _judge((b"", b"", -9))
