"""Which language a page is written in (RFC 9110, section 12.5.4)."""

from collections.abc import Sequence


def negotiate(chosen: str | None, accept_language: str | None, known: Sequence[str]) -> str:
    """The language of *known* that was *chosen*, else the best in *accept_language*, else the
    first."""
    if chosen in known:
        return str(chosen)
    wanted = sorted(_ranges(accept_language or ""), key=lambda item: -item[1])
    for tag, quality in wanted:
        primary = tag.split("-")[0]
        if quality > 0 and primary in known:
            return primary
    return known[0]


def _ranges(header: str) -> list[tuple[str, float]]:
    # More than a browser sends is not read: the header may be 16 KiB of commas.
    return [_range(part) for part in header.split(",", 20)[:20]]


def _range(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        quality = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        quality = 0.0
    return tag.strip().lower(), quality if 0.0 <= quality <= 1.0 else 0.0
