"""Log lines: JSON, one each, nothing secret in any."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import REGISTRY

from hub.core import log, tracing


@pytest.fixture
def out() -> io.StringIO:
    """Where the lines go."""
    return io.StringIO()


@pytest.fixture
def lines(out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What the hub's own configuration writes; everything is put back afterwards."""
    names = ("uvicorn", "uvicorn.error", "uvicorn.access")
    root, kept = logging.getLogger(), structlog.get_config()
    before = (
        root.handlers[:],
        root.level,
        [(logging.getLogger(n).disabled, logging.getLogger(n).level) for n in names],
    )
    monkeypatch.setattr(sys, "stderr", out)
    log.setup("INFO")
    # splitlines ends a line where any reader of logs may: also at NEL, LS and PS
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


@pytest.mark.parametrize(
    "evil",
    [
        "\n",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
        "\x1b[2J\x1b[31m",
        "\x9b31m",
        "\x7f\x08",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\x00",
    ],
)
def test_no_character_makes_a_second_line_or_steers_a_terminal(
    out: io.StringIO, lines: Any, evil: str
) -> None:
    forged = f'/x{evil}{{"ts":"","lvl":"info","event":"forged"}}'
    structlog.get_logger().info("happened", path=forged, nested={evil: [evil]})
    logging.getLogger("library").warning("said %s", forged)
    [first, second] = lines()
    assert (first["path"], first["nested"], second["event"]) == (forged, {evil: [evil]}, f"said {forged}")
    assert all(letter.isprintable() or letter == "\n" for letter in out.getvalue())


def test_a_secret_is_redacted_wherever_it_stands(lines: Any) -> None:
    given = {"headers": {"Authorization": "hunter2", "accept": "shown"}, "tries": [{"password": "hunter2"}]}
    structlog.get_logger().info("happened", given=given, url=["redis://:hunter2@h/0"])
    [line] = lines()
    assert "hunter2" not in json.dumps(line)
    assert line["given"]["headers"] == {"Authorization": "[redacted]", "accept": "shown"}


def test_what_is_nested_too_deep_is_not_looked_into(lines: Any) -> None:
    deep: Any = {"password": "hunter2"}
    for _ in range(50):
        deep = {"in": deep}
    structlog.get_logger().info("happened", deep=deep)
    assert "hunter2" not in json.dumps(lines()) and "[too deep]" in json.dumps(lines())


@pytest.mark.parametrize(
    "odd", ["\ud800", 2**80, {(1, 2): 3}, {4: {"x": {5}}}, b"\xff", object(), float("nan")]
)
def test_whatever_is_logged_a_line_comes_of_it(lines: Any, odd: Any) -> None:
    structlog.get_logger().info("happened", odd=odd)
    [line] = lines()
    assert line["event"] == "happened" and "odd" in line


@pytest.mark.parametrize("letter", ["x", '"', "\u2028", "\x1b"])
def test_a_line_is_never_longer_than_its_cap(out: io.StringIO, lines: Any, letter: str) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("happened", many=[letter * 7_000] * 100, more={"k": letter * 500})
    [line] = lines()
    assert len(out.getvalue()) < 32_000
    assert (line["event"], line["request_id"]) == ("happened", "r-1")
    assert line["cut_from"] > 500_000 and line["began"].startswith('{"ts":')


def test_a_traced_line_names_its_trace_and_no_other_does(lines: Any) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    tracing.install(provider.get_tracer("test"))
    try:
        structlog.get_logger().info("outside")
        with tracing.begin("job x") as span:
            assert span
            structlog.get_logger().info("inside")
            logging.getLogger("library").warning("inside too")
    finally:
        tracing.install(None)
    outside, inside, too = lines()
    assert "trace_id" not in outside
    assert inside["trace_id"] == too["trace_id"] == f"{span.get_span_context().trace_id:032x}"


def test_lines_are_counted_by_level(lines: Any) -> None:
    before = REGISTRY.get_sample_value("log_events_total", {"level": "warning"}) or 0
    structlog.get_logger().warning("happened")
    structlog.get_logger().debug("not written")
    assert REGISTRY.get_sample_value("log_events_total", {"level": "warning"}) == before + 1
