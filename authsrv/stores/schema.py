"""The file that holds sessions and throttle counts."""

from authsrv.stores.sessions import sqlite as sessions
from authsrv.stores.sqlite import Schema
from authsrv.stores.throttle import sqlite as throttle

#: "aust" in ASCII marks the file as ours.
SESSION_FILE = Schema(0x61757374, ((*sessions.TABLES, *throttle.TABLES),))
