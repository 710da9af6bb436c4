"""Where to listen, as it stands in the settings: text to values and back."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from attrs import frozen

# sun_path holds 108 bytes with the NUL that ends it (unix(7)).
_LONGEST_PATH = 107
_LONGEST_NAME = 255


@frozen
class Tcp:
    """An address of this machine and a port; port 0: any that is free."""

    host: IPv4Address | IPv6Address
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if self.host.version == 6 else str(self.host)
        return f"{host}:{self.port}"


@frozen
class Unix:
    """A socket in the file system."""

    path: str

    def __str__(self) -> str:
        return f"unix:{self.path}"


@frozen
class Systemd:
    """The sockets that systemd hands over under *name* (FileDescriptorName=, systemd.socket(5))."""

    name: str

    def __str__(self) -> str:
        return f"systemd:{self.name}"


Address = Tcp | Unix | Systemd


def parse(text: str) -> Address:
    """The address that *text* names.  Raises ValueError with a sentence that says how to write it.

    ``ADDR:PORT``, ``[v6]:PORT``, ``unix:/path`` or ``systemd:NAME``.
    """
    scheme, _, rest = text.partition(":")
    if scheme == "unix":
        return _unix(rest)
    if scheme == "systemd":
        return _systemd(rest)
    return _tcp(text)


def _unix(path: str) -> Unix:
    if not path.startswith("/") or "\0" in path:
        raise ValueError(f"{path!r} is not a path: write unix:/path/of/the/socket")
    if len(path.encode("utf-8", "surrogateescape")) > _LONGEST_PATH:
        raise ValueError(f"the path of a unix socket has at most {_LONGEST_PATH} bytes")
    return Unix(path)


def _systemd(name: str) -> Systemd:
    fits = 0 < len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable()
    if not fits or ":" in name:
        raise ValueError(f"{name!r} is not a name that systemd gives: see FileDescriptorName=")
    return Systemd(name)


def _tcp(text: str) -> Tcp:
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        raise ValueError(f"{text!r} is not an address: {_HOW}") from None
    if bracketed != (address.version == 6):
        raise ValueError(f"{text!r}: brackets go around an IPv6 address, and only there")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        raise ValueError(f"{text!r} has no port from 0 to 65535: {_HOW}")
    return Tcp(address, int(port))


_HOW = 'write "127.0.0.1:8443", "[::1]:8443", "unix:/path" or "systemd:NAME"'
