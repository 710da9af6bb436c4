"""Where a login may send somebody afterwards: checked when the link is made and when used."""

from urllib.parse import urlsplit

from attrs import frozen

#: What is longer is no address anybody meant (bytes are characters here: ASCII only).
LONGEST = 4096
DEFAULT = "/account"


@frozen
class ReturnPolicy:
    """Our own *origin*, the *cookie_domain* whose hosts share the login, and *listed* origins."""

    origin: str
    cookie_domain: str | None = None
    listed: frozenset[str] = frozenset()

    def allows(self, scheme: str, host: str, netloc: str) -> bool:
        """Whether an address with these parts is one of ours."""
        if scheme not in {"https", "wss"}:
            return f"{scheme}://{netloc}" == self.origin
        domain = self.cookie_domain
        return (
            f"{scheme}://{netloc}" == self.origin
            or f"{scheme}://{netloc}" in self.listed
            or (domain is not None and (host == domain or host.endswith("." + domain)))
        )


def safe(return_to: str | None, policy: ReturnPolicy) -> str:
    """*return_to* if it is a path of ours or an address the *policy* allows, else ``/account``."""
    if not return_to or len(return_to) > LONGEST or not _is_plain(return_to):
        return DEFAULT
    # "//host" and "/\\host" are addresses of other hosts in a browser's eyes.
    if return_to.startswith("/"):
        return DEFAULT if return_to.startswith("//") else return_to
    return return_to if _is_allowed(return_to, policy) else DEFAULT


def _is_plain(text: str) -> bool:
    """Printable ASCII without space, backslash, ``"`` and ``<>``: parsers differ about those."""
    return text.isascii() and all(" " < c < "\x7f" and c not in '\\"<>' for c in text)


def _is_allowed(address: str, policy: ReturnPolicy) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    netloc = parts.netloc.lower()
    # What stands in brackets is no name, and urlsplit is easily confused about where they end.
    if "[" in netloc or "]" in netloc:
        return f"{parts.scheme}://{netloc}" == policy.origin
    if host is None or not _is_host(host, netloc):
        return False
    return policy.allows(parts.scheme, host, netloc)


def _is_host(host: str, netloc: str) -> bool:
    plain = all(c.isalnum() or c in "-._" for c in host) and "@" not in netloc
    return plain and ".." not in host and not host.startswith(".") and not host.endswith(".")
