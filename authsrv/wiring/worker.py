"""A worker's insides: the house over threads, behind sites, behind TLS."""

from twisted.logger import Logger

log = Logger()
