"""The settings file, parsed into frozen values; every mistake is found at once."""

from authsrv.settings.find import find, look
from authsrv.settings.load import load
from authsrv.settings.mistakes import Mistake, Origin, SettingsError
from authsrv.settings.model import Settings

__all__ = ["Mistake", "Origin", "Settings", "SettingsError", "find", "load", "look"]
