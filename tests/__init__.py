"""Tests, one to one with authsrv/; system/ starts real processes."""

from hypothesis import HealthCheck, settings

# A busy machine is no finding; both test runners import this.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
