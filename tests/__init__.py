"""Tests, one to one with authsrv/; system/ starts real processes."""
