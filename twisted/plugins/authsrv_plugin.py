"""Makes ``twistd authsrv`` known to Twisted.  Only strings: every twistd command imports this."""

from twisted.application.service import ServiceMaker

authsrv = ServiceMaker(
    "authsrv", "authsrv.tap", "A login in front of web apps, with HTTPS and HTTP/2.", "authsrv"
)
