"""Log lines: JSON, one each, nothing secret in any."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hub.core import log


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What the hub's own configuration writes; everything is put back afterwards."""
    names = ("uvicorn", "uvicorn.error", "uvicorn.access")
    root, kept = logging.getLogger(), structlog.get_config()
    before = (
        root.handlers[:],
        root.level,
        [(logging.getLogger(n).disabled, logging.getLogger(n).level) for n in names],
    )
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    log.setup("INFO")
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.configure(**kept)
    root.handlers[:], root.level = before[0], before[1]
    for name, (disabled, level) in zip(names, before[2], strict=True):
        logging.getLogger(name).disabled, logging.getLogger(name).level = disabled, level


@pytest.mark.parametrize(
    "key",
    [
        "authorization",
        "Cookie",
        "password",
        "device_secret",
        "access_token",
        "x_signature",
        "api_key",
        "apikey",
        "private_key",
        "sealed",
        "db_dsn",
        "JWT_PRIVATE_KEY",
    ],
)
def test_a_sensitive_key_is_redacted(lines: Any, key: str) -> None:
    structlog.get_logger().info("happened", **{key: "hunter2", "harmless": "shown"})
    [line] = lines()
    assert (line[key], line["harmless"]) == ("[redacted]", "shown")


def test_a_password_inside_a_url_is_redacted(lines: Any) -> None:
    structlog.get_logger().info(
        "happened", at="postgresql://u:hunter2@h/db", why="see redis://:hunter2@h:1/0 now"
    )
    assert "hunter2" not in json.dumps(lines())


def test_a_newline_cannot_forge_a_line(lines: Any) -> None:
    structlog.get_logger().info("happened", path='/x\n{"ts":"","lvl":"info","event":"forged"}\r\n')
    [line] = lines()
    assert line["event"] == "happened" and line["lvl"] == "info" and line["ts"].endswith("Z")


def test_the_request_id_is_on_every_line_of_its_request(lines: Any) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("first")
        structlog.get_logger("other").warning("second")
    assert [line["request_id"] for line in lines()] == ["r-1", "r-1"]


def test_the_libraries_log_through_the_same_pipe(lines: Any) -> None:
    logging.getLogger("some.library").warning("lost %s", "redis://:hunter2@h/0")
    [line] = lines()
    assert line["lvl"] == "warning" and "hunter2" not in line["event"]


@pytest.mark.parametrize("size", [9_000, 100_000])
def test_a_long_value_is_cut_and_the_line_is_still_json(lines: Any, size: int) -> None:
    structlog.get_logger().info("happened", text="x" * size, more='"' * size)
    [line] = lines()
    assert line["event"] == "happened" and len(line["text"]) < size
