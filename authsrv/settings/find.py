"""Where the settings file is when nobody says."""

import os.path
from collections.abc import Sequence
from pathlib import Path

from authsrv.settings.mistakes import Mistake, Origin, SettingsError

#: Looked for in this order.
PLACES = (Path("authsrv.toml"), Path("/etc/authsrv/authsrv.toml"))


def look(places: Sequence[Path] = PLACES) -> Path | None:
    """The first of *places* that is there, or None."""
    return next((path for path in places if os.path.isfile(path)), None)


def find(given: Path | None = None, places: Sequence[Path] = PLACES) -> Path:
    """The file *given*, or the first of *places* that is there.  Raises SettingsError."""
    path = given or look(places)
    if path is None:
        names = " and no ".join(str(place) for place in places)
        fix = "make one: authsrv init"
        raise SettingsError([Mistake(Origin("settings"), "", f"there is no {names}", fix)])
    return path
