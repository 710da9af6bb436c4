"""What failures look like."""

import errno

from authsrv.cli.polite import sentence
from authsrv.core.errors import AuthsrvError, InvalidFields, NameTaken, NotFound
from tests.cli.fakes import CommandCase


class Sentences(CommandCase):
    def test_unknown_rule(self) -> None:
        """A rule nobody has written a sentence for is told by its identifier."""
        self.assertEqual(sentence(InvalidFields({"a": "new-rule"})), "new-rule")

    def test_several_fields(self) -> None:
        """Several mistakes are one line."""
        fields = {"name": "name-empty", "password": "password-long"}
        said = sentence(InvalidFields(fields))
        self.assertEqual(said, "give a name; the password is too long: 1024 bytes at most")

    def test_others(self) -> None:
        """No refusal is silent."""
        self.assertEqual(sentence(NotFound("it is gone")), "it is gone")
        self.assertTrue(sentence(AuthsrvError()))
        self.assertIn("choose another", sentence(NameTaken()))


class Failures(CommandCase):
    def test_file(self) -> None:
        """A file that the system refuses is one line with its name."""

        def refuse(_settings: object) -> object:
            raise PermissionError(errno.EACCES, "Permission denied", "/var/x.db")

        self.tools.open = refuse  # type: ignore[assignment]  # it only raises
        said = self.refused("user", "list")
        self.assertEqual(said, "authsrv: /var/x.db: Permission denied\n")

    def test_usage(self) -> None:
        """Wrong usage is exit code 2, whatever is wrong."""
        for words in (["nonsense"], ["--nonsense"], ["user", "add"], ["cert", "dev", "x"]):
            self.assertEqual(self.command(*words).exit_code, 2, words)
