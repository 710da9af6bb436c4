"""The cases, by section."""

from tests.system.conformance.case import Case
from tests.system.conformance.sections import (
    connections,
    continuations,
    controls,
    errors,
    fields,
    framing,
    headers,
    hpack_literals,
    hpack_tables,
    lengths,
    messages,
    pseudo_fields,
    settings,
    streams,
    windows,
)

CASES: tuple[Case, ...] = (
    *connections.CASES,
    *framing.CASES,
    *streams.CASES,
    *errors.CASES,
    *headers.CASES,
    *settings.CASES,
    *controls.CASES,
    *windows.CASES,
    *continuations.CASES,
    *messages.CASES,
    *lengths.CASES,
    *fields.CASES,
    *pseudo_fields.CASES,
    *hpack_tables.CASES,
    *hpack_literals.CASES,
)
