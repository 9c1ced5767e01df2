"""Structured JSON logs: one line an event, the request id and the trace id on each, nothing secret in any."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from hub.core import metrics, tracing

_SECRET = re.compile(
    r"authorization|cookie|password|secret|token|signature|api_?key|private_?key|sealed|dsn", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*):[^/?#\s]*@")
# JSON escapes what is below U+0020. These it leaves, and they end a line (NEL, LS, PS), steer a terminal
# (DEL, C1) or turn its text round (bidirectional marks).
_UNSAFE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_MAX_TEXT = 8_000
_MAX_DEPTH = 6
_MAX_LINE = 32_000
_KEPT = ("ts", "lvl", "request_id", "trace_id")

Event = MutableMapping[str, Any]


def _cut(text: str) -> str:
    """The two ends of a long text; a line cut as a whole would not be JSON any more."""
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT // 2]} ... {text[-_MAX_TEXT // 2 :]}"


def _redact(_: Any, __: str, event: Event) -> Event:
    for key, value in event.items():
        event[key] = _clean(key, value, 0)
    return event


def _clean(key: Any, value: Any, depth: int) -> Any:
    """A value fit to be written: also inside of mappings and lists nothing is told under a secret's name."""
    if isinstance(key, str) and _SECRET.search(key):
        return "[redacted]"
    if isinstance(value, str):
        return _cut(_URL_PASSWORD.sub(r"\1:***@", value))
    if not isinstance(value, dict | list | tuple):
        return value
    if depth == _MAX_DEPTH:
        return "[too deep]"
    if isinstance(value, dict):
        return {str(name): _clean(name, each, depth + 1) for name, each in value.items()}
    return [_clean(None, each, depth + 1) for each in value]


def clean(value: Any) -> Any:
    """A value as the log would show it, for those who keep it elsewhere."""
    return _clean(None, value, 0)


def _trace(_: Any, __: str, event: Event) -> Event:
    if found := tracing.trace_id():
        event["trace_id"] = found
    return event


def _render(_: Any, __: str, event: Event) -> str:
    level = event.pop("level")
    metrics.log_events.labels(level).inc()
    line = {"ts": event.pop("timestamp"), "lvl": level, "event": event.pop("event")} | dict(event)
    text = _dump(line)
    return text if len(text) <= _MAX_LINE else _dump(_shortened(line, text))


def _dump(line: dict[str, Any]) -> str:
    """One line of JSON, whatever is in it."""
    try:
        text = orjson.dumps(line, default=str).decode()
    except TypeError:  # a lone surrogate, a number beyond 64 bits
        text = json.dumps(line, default=str)
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shortened(line: dict[str, Any], text: str) -> dict[str, Any]:
    """What is left of a line that is too long: who and when, how long it was, and how it began."""
    kept = {name: line[name] for name in _KEPT if name in line}
    return kept | {"event": str(line["event"])[:500], "cut_from": len(text), "began": text[:2_000]}


def setup(level: str) -> None:
    """Send our logs and the libraries' through one JSON pipe to stderr."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        _trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, _render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
