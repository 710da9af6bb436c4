"""An event of the log as one line of bytes.  Nothing in an event can make this fail."""

import json
from datetime import UTC, datetime
from typing import Any

from twisted.logger import LogEvent, formatEvent
from twisted.python.failure import Failure

# Longer texts are cut: a line is for reading.
_LONGEST = 4000
_LONGEST_TRACEBACK = 20000
# What events of the old kind (twisted.python.log) carry besides what they say.
_OLD = frozenset({"isError", "message", "time", "system", "format", "failure", "why", "logLevel"})
_DONE = frozenset({"time", "level", "event", "namespace", "pid", "text", "error", "traceback"})


def json_line(event: LogEvent, pid: int) -> bytes:
    """*event* as JSON: what is constant in it is ``event``, what is not are fields beside it."""
    said: dict[str, Any] = {
        "time": timestamp(event.get("log_time")),
        "level": _level(event),
        "event": _constant(event),
        "namespace": _plain(event.get("log_namespace", "")),
        "pid": pid,
        **_fields(event),
        **_failure(event),
    }
    if "{" in said["event"]:
        said["text"] = _cut(formatEvent(event))
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def text_line(event: LogEvent, pid: int) -> bytes:
    """*event* for people; a traceback follows on lines of its own, indented."""
    message = _constant(event)
    if "{" in message:
        message = _cut(formatEvent(event))
    else:
        message += "".join(f" {name}={value}" for name, value in _fields(event).items())
    failure = _failure(event)
    error = f": {failure['error']}" if failure else ""
    head = f"{timestamp(event.get('log_time'))} {_level(event):<8} [{pid}] {message}{error}"
    lines = [_visible(head)]
    lines += [f"    {_visible(line)}" for line in failure.get("traceback", "").splitlines()]
    return "\n".join(lines).encode("utf-8", "backslashreplace") + b"\n"


def timestamp(seconds: object) -> str:
    """*seconds* since the epoch as RFC 3339 has it, in UTC, to the millisecond."""
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return "unknown"
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _level(event: LogEvent) -> str:
    return str(getattr(event.get("log_level"), "name", "info"))


def _constant(event: LogEvent) -> str:
    message = event.get("log_format")
    if message in (None, "{log_text}", "{log_io}"):
        # The old kind, and what is printed, have no constant part.
        message = event.get("log_text") or event.get("log_io") or ""
        return _cut(_as_text(message)).replace("{", "(").replace("}", ")")
    return _cut(_as_text(message))


def _fields(event: LogEvent) -> dict[str, Any]:
    if event.get("log_namespace") == "log_legacy":
        return {}
    return {
        f"{name}_" if name in _DONE else str(name): _plain(value)
        for name, value in event.items()
        if not str(name).startswith("log_") and not (name in _OLD and "isError" in event)
    }


def _failure(event: LogEvent) -> dict[str, str]:
    failure = event.get("log_failure")
    if not isinstance(failure, Failure):
        return {}
    try:
        error, traceback = failure.getErrorMessage(), failure.getTraceback()
    except Exception:
        error, traceback = "an error that cannot be told", ""
    name = getattr(failure.type, "__name__", "")
    return {"error": _cut(f"{name}: {error}"), "traceback": traceback[-_LONGEST_TRACEBACK:]}


def _plain(value: object, depth: int = 3) -> Any:
    """*value* as JSON can have it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        # JSON has no infinity and no NaN.
        return value if value - value == 0 else repr(value)
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [_plain(item, depth - 1) for item in list(value)[:100]]
    if isinstance(value, dict) and depth:
        return {_as_text(k): _plain(v, depth - 1) for k, v in list(value.items())[:100]}
    return _cut(_as_text(value))


def _as_text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__} that cannot be shown>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def _visible(text: str) -> str:
    """*text* with nothing in it that a terminal would obey or that would start a new line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
