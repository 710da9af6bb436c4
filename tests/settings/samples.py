"""Settings for tests: a directory that goes away, and files in it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import SettingsError, load

#: The least that is valid.
LEAST = """\
public_url = "https://login.example.com"
[listen]
authz = ["unix:authz.sock"]
"""


def directory(case: SynchronousTestCase) -> Path:
    """A new directory that is removed when *case* is over."""
    made = TemporaryDirectory()
    case.addCleanup(made.cleanup)
    return Path(made.name).resolve()


def mistakes(path: Path, **more: object) -> list[str]:
    """What is wrong with the settings in *path*, a line for each mistake, without directories."""
    try:
        load(path, **more)  # type: ignore[arg-type]
    except SettingsError as error:
        return str(error).replace(f"{path.parent}/", "").splitlines()
    return []
