"""What a request's head asks for, checked as a whole: method, host, path, fields."""

from collections.abc import Callable

from authsrv.core.errors import Malformed, WrongHost
from authsrv.wire.head import check_fields
from authsrv.wire.known import Head, Section
from authsrv.wire.target import check_method, parse_host, parse_target


def check_head(
    head: Head, most_fields: int, serves: Callable[[str], bool], *, http2: bool
) -> tuple[str, str, str]:
    """The method, the path and the query of *head*, sent to a host that we serve.

    Raises MethodNotAllowed, Malformed, HeadTooLarge or WrongHost.
    """
    method, section = check_method(head.method), head.section
    host = section.host or parse_host(_host(section, http2=http2))
    path, query = parse_target(_target(head.target or b"", method, http2=http2), host)
    if section.host is None:
        check_fields(section.raw_fields, most_fields)
        if not serves(host):
            raise WrongHost
        section.host = host
    return method, path, query


def _target(sent: bytes, method: str, *, http2: bool) -> bytes:
    # "*" is the whole server (RFC 9110, section 9.3.7), which has no other methods than "/".
    if method == "OPTIONS" and sent == b"*":
        return b"/"
    # The absolute form is HTTP/1.1's (RFC 9113, section 8.3.1).
    if http2 and not sent.startswith(b"/"):
        raise Malformed("the path does not begin with a slash")
    return sent


def _host(section: Section, *, http2: bool) -> str:
    hosts = section.header_values("host")
    if http2:
        # :authority and an equal Host are one (RFC 9113, section 8.3.1).
        hosts = list(dict.fromkeys(hosts))
    if len(hosts) != 1:
        raise Malformed(f"{len(hosts)} hosts, not one")
    return hosts[0]
