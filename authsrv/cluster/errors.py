"""What keeps the server from starting."""

from authsrv.core.errors import AuthsrvError


class CannotStart(AuthsrvError):
    """The server cannot start.  The text is one line for the operator that says what to do."""
