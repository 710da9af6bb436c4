"""A run as a picture: bars of how many checks a second, in plain SVG.

It has the colours of the page it stands on, light or dark.
"""

from collections.abc import Iterator, Sequence
from html import escape
from statistics import median

from benchmarks.comparison import Comparison
from benchmarks.table import figure

_UNIT = "requests/s"
_GROUPS = ("check, HTTP/2 over TLS", "check, HTTP/1.1 over TLS", "check, unix socket")
_WIDTH, _BAR, _GAP, _HEAD = 720, 18, 6, 34
#: Where bars begin, and how long the longest is: behind it stands its figure.
_LEFT, _LONGEST = 180, 460
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.name { text-anchor: end }
.ours { fill: #0a66c2 }
.peer { fill: #a8b1bb }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.ours { fill: #58a6ff }
.peer { fill: #59636e }
}"""

Bars = list[tuple[str, float]]


def drawn(found: Sequence[Comparison]) -> str:
    """The picture.  What was not measured is not in it."""
    lines: list[str] = []
    at = 0
    for group in _GROUPS:
        bars = _bars(group, found)
        if bars:
            lines += _group(group, bars, at)
            at += _HEAD + len(bars) * (_BAR + _GAP)
    said = "Checks a second, authsrv and its peers"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {at + _GAP}"'
        f' width="{_WIDTH}" height="{at + _GAP}" role="img" aria-label="{said}">'
    )
    return "\n".join(
        [head, f"<title>{said}</title>", f"<style>{_STYLE}</style>", *lines, "</svg>", ""]
    )


def _bars(group: str, found: Sequence[Comparison]) -> Bars:
    mine = [each for each in found if each.name == group and each.unit == _UNIT]
    ours = [("authsrv", median(mine[0].ours))] if mine else []
    return ours + [(each.beside, median(each.peer)) for each in mine]


def _group(title: str, bars: Bars, at: int) -> Iterator[str]:
    yield f'<text class="title" x="{_LEFT}" y="{at + 24}">{escape(f"{title}, {_UNIT}")}</text>'
    most = max(value for _, value in bars)
    for number, (name, value) in enumerate(bars):
        top, length = at + _HEAD + number * (_BAR + _GAP), value / most * _LONGEST
        kind = "peer" if number else "ours"
        middle = top + 14
        yield f'<text class="name" x="{_LEFT - 8}" y="{middle}">{escape(name)}</text>'
        yield (
            f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{length:.0f}" height="{_BAR}"'
            ' rx="2"/>'
        )
        yield f'<text x="{_LEFT + length + 8:.0f}" y="{middle}">{figure(value)}</text>'
