"""What authsrv is measured beside, each a program of its own that is told where to listen.

All do the same: ``GET /login`` gives a session and its cookie, ``GET /api/session`` with that
cookie is answered with two bytes, without it with 401.
"""
