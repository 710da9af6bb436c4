"""What a browser says of itself: cookies, tokens, languages, names of devices."""

import base64
import re

from authsrv.core import cookies, csrf, tokens
from authsrv.core.errors import CrossSite
from authsrv.core.language import negotiate
from authsrv.web import devices, visit
from tests.fuzz.target import outcome, target

NAME = "__Host-authsrv"
TEXT = "A" * 42 + "8"
_PAIR = re.compile(rf"(?:^|;)[ \t]*{NAME}[ \t]*=([^;]*)")


@target(
    b"__Host-authsrv=x",
    b"a=b; __Host-authsrv = x\n__Host-authsrv=y",
    b"__Host-authsrv=" + TEXT.encode(),
    tokens=(b"__Host-authsrv", b"; ", b"=", b"\n", b"\xa0", b"\t", TEXT.encode()),
)
def cookie(data: bytes) -> None:
    """The one cookie of a name, or none: two are never believed."""
    headers = data.decode("latin-1").split("\n")
    found = [match[1].strip(" \t") for line in headers for match in _PAIR.finditer(line)]
    value = cookies.read(headers, NAME)
    assert value == (found[0] if len(found) == 1 else None)
    for more in ([*headers, f"{NAME}=x"], [f"a; {NAME} =x", *headers]):
        assert cookies.read(more, NAME) == (None if found else "x")


@target(TEXT.encode(), b"-_" * 21 + b"A", bytes(32), tokens=(b"=", b"-", b"_", b"\n"), longest=64)
def token(data: bytes) -> None:
    """Only what was issued is a token, in one spelling."""
    found = tokens.parse(data.decode("latin-1"))
    if found is not None:
        assert re.fullmatch(rb"[A-Za-z0-9_-]{43}", data)
        assert tokens.issue(base64.urlsafe_b64decode(data + b"=")) == found
        assert (repr(found), len(found.key)) == ("<Token>", 32)
    if len(data) == tokens.TOKEN_BYTES:
        assert tokens.parse(tokens.issue(data).text) == tokens.issue(data)


@target(
    b"ko\nen",
    b"\nko-KR,ko;q=0.9,en-US;q=0.8,*;q=0.1",
    tokens=(b"ko", b"en", b";q=", b",", b"0.5", b"nan", b"inf", b"1e-5"),
)
def language(data: bytes) -> None:
    """A language there is: the one that was chosen, else one that is asked for, else the first."""
    chosen, _, accepted = data.decode("latin-1").partition("\n")
    spoken = negotiate(chosen, accepted, ("en", "ko"))
    assert spoken in ("en", "ko")
    assert spoken == chosen or chosen not in ("en", "ko")
    assert spoken in ("en", chosen) or spoken in accepted.lower()


class _Sent:
    """A request with nothing but User-Agent fields."""

    def __init__(self, agents: list[str]) -> None:
        self.agents = agents

    def header_values(self, name: str) -> list[str]:
        """All values of the field."""
        return self.agents if name == "user-agent" else []


@target(
    b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    b"curl/8",
    tokens=(b"Edg/", b"Chrome/", b"Safari/", b"iPhone", b"Android", b"Windows", b"CrOS", b"\x85"),
)
def device(data: bytes) -> None:
    """A short, printable name, and words of ours for it."""
    sent = _Sent(data.decode("latin-1").split("\n"))
    text = visit.user_agent(sent)  # type: ignore[arg-type]  # all that is asked of a request here
    assert text.isprintable()
    assert len(text) <= visit.LONGEST_USER_AGENT
    found = devices.describe(text)
    assert all(len(word) < 20 and word.isascii() for word in (found.browser, found.system))
    assert found.kind is not devices.Kind.PROGRAM or (found.browser and not found.system)


@target(
    b"POST\nsame-origin\nhttps://login.example.com\n",
    b"GET\ncross-site\nnull\n",
    tokens=(b"none", b"same-origin", b"same-site", b"https://login.example.com", b"POST", b"\n"),
)
def origin(data: bytes) -> None:
    """What changes something comes from here, by the browser's word and by the form's token."""
    lines = (data.decode("utf-8", "surrogateescape") + "\n" * 3).split("\n")
    method, site, came_from, shown = lines[:4]
    ours = "https://login.example.com"
    good = method in csrf.SAFE_METHODS or (
        site in {"same-origin", "none"} if site else came_from in {"", ours}
    )
    said = outcome(CrossSite, csrf.check_origin, method, site or None, came_from or None, ours)
    assert isinstance(said, CrossSite) is not good
    mine = tokens.issue(bytes(32))
    said = outcome(CrossSite, csrf.check_form, mine, shown)
    assert isinstance(said, CrossSite) is (shown != csrf.form_token(mine))
