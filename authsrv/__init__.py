"""A login in front of web apps.  Start reading at :mod:`authsrv.site` and :mod:`authsrv.wiring`."""
