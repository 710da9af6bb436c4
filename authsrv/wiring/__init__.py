"""The one room that names concrete classes: settings to stores, flows, pages, sites."""

from authsrv.wiring.offline import check, offline, prepare, prepare_stores
from authsrv.wiring.worker import build

__all__ = ["build", "check", "offline", "prepare", "prepare_stores"]
