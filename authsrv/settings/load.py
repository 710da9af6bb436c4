"""Reads the settings: a file, the environment and the command line become one frozen value."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import evolve
from pydantic import ValidationError

from authsrv.settings import development
from authsrv.settings.kinds import Reading
from authsrv.settings.locate import KeyPath
from authsrv.settings.mistakes import Mistake, SettingsError, explain, place
from authsrv.settings.model import Settings
from authsrv.settings.repair import as_written, dropped, without
from authsrv.settings.rules import Finding, findings
from authsrv.settings.sources import Sources

_NO_OVERRIDES: Mapping[str, object] = MappingProxyType({})
_NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})
# Stands in for a public_url that is missing; no rule reads a key that is broken.
_ANY_URL = "https://localhost"


def load(
    path: Path | None,
    overrides: Mapping[str, object] = _NO_OVERRIDES,
    environ: Mapping[str, str] = _NO_ENVIRONMENT,
) -> Settings:
    """The settings in the file *path*, below *environ*'s ``AUTHSRV_...``, below *overrides*.

    *overrides* have dotted keys (``{"workers.count": 2, "development": True}``).  Relative paths
    start at the file's directory; without a file, at the current one.  Files with secrets are
    read, and certificates must exist; nothing else is opened.  Raises SettingsError, which has
    all mistakes.
    """
    sources = Sources()
    readable = path is None or sources.read_file(path)
    sources.read_environment(environ)
    sources.read_overrides(overrides)
    if not readable:
        # What a file does not say because it cannot be read is no mistake of its own.
        raise SettingsError(sources.mistakes)
    return _validated(sources, Path.cwd() if path is None else Path.cwd() / path.parent)


def _validated(sources: Sources, base: Path) -> Settings:
    reading = Reading(base, development=sources.data.get("development") is True)
    if reading.development:
        sources.data.setdefault("public_url", _ANY_URL)
    settings, mistakes, broken = _validate(sources, reading)
    found: list[Finding] = []
    if reading.development:
        found += development.strays(settings)
        settings = development.settle(settings)
    found += findings(settings, broken)
    for finding in found:
        finding = evolve(finding, at=as_written(finding.at, broken))
        mistakes.append(_mistake(sources, finding))
    mistakes += sources.mistakes
    if mistakes:
        raise SettingsError(_in_order(mistakes))
    return settings


def _validate(sources: Sources, reading: Reading) -> tuple[Settings, list[Mistake], set[KeyPath]]:
    """The settings without their broken keys, the mistakes in those, and which they are."""
    try:
        return Settings.model_validate(sources.data, context=reading), [], set()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    mistakes = [
        _mistake(sources, Finding(each["loc"], wrong.what, wrong.fix))
        for each in errors
        for wrong in [explain(each)]
    ]
    broken = {dropped(each) for each in errors}
    return _rest(sources, reading, broken), mistakes, broken


def _rest(sources: Sources, reading: Reading, broken: set[KeyPath]) -> Settings:
    """The settings without what is *broken*: more than it was where a part leaves no whole."""
    rest = {"public_url": _ANY_URL} | without(sources.data, broken)
    try:
        return Settings.model_validate(rest, context=reading)
    except ValidationError as error:
        broken |= {dropped(each) for each in error.errors(include_url=False)}
    return _rest(sources, reading, broken)


def _mistake(sources: Sources, finding: Finding) -> Mistake:
    origin, key = place(finding.at, sources.origins)
    return Mistake(origin, key, finding.what, finding.fix)


def _in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    return sorted(mistakes, key=lambda each: (each.origin.line or 0, each.origin.name))
