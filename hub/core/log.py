"""Structured JSON logs: one line an event, the request id on each, nothing secret in any."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

_SECRET = re.compile(
    r"authorization|cookie|password|secret|token|signature|api_?key|private_?key|sealed|dsn", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*):[^/?#\s]*@")
_MAX_TEXT = 8_000


def _cut(text: str) -> str:
    """The two ends of a long text; a line cut as a whole would not be JSON any more."""
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT // 2]} ... {text[-_MAX_TEXT // 2 :]}"


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if _SECRET.search(key):
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = _cut(_URL_PASSWORD.sub(r"\1:***@", value))
    return event


def _render(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    head = {"ts": event.pop("timestamp"), "lvl": event.pop("level"), "event": event.pop("event")}
    return orjson.dumps(head | dict(event), default=str).decode()


def setup(level: str) -> None:
    """Send our logs and the libraries' through one JSON pipe to stderr."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
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
