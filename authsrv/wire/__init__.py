"""Bytes: TLS, HTTP, the request, limits, the access log."""
