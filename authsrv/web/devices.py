"""What a browser says of itself, in words its owner recognises.  Shown, never believed."""

from enum import Enum

from attrs import frozen

# The first that occurs wins, so whoever also claims to be another stands before it: nearly
# everybody claims to be Chrome and Safari.
_BROWSERS = (
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "NAVER"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_PROGRAMS = (
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("HTTPie/", "HTTPie"),
    ("python-", "Python"),
    ("Go-http-client/", "Go"),
)
_HANDHELD = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"))
_DESKTOP = (
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


class Kind(Enum):
    """What sort of thing it is, for the picture beside its name."""

    HANDHELD = "handheld"
    COMPUTER = "computer"
    PROGRAM = "program"


@frozen
class Described:
    """A *browser* or program on a *system*; either is empty if it is not one we know."""

    browser: str
    system: str
    kind: Kind


def describe(user_agent: str) -> Described:
    """What the User-Agent header *user_agent* (RFC 9110, section 10.1.5) says it comes from."""
    program = _first(_PROGRAMS, user_agent)
    if program:
        return Described(program, "", Kind.PROGRAM)
    browser = _first(_BROWSERS, user_agent)
    handheld = _first(_HANDHELD, user_agent)
    if handheld:
        return Described(browser, handheld, Kind.HANDHELD)
    return Described(browser, _first(_DESKTOP, user_agent), Kind.COMPUTER)


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in known if mark in text), "")
