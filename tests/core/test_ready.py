"""`/ready` against servers that really are away: 503, and a sentence for each thing that is not as it must be."""

import asyncio
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from hub.core import migrations
from workers.up.stack import Stack, throw_away


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def ready(stack: Stack) -> tuple[int, dict[str, Any]]:
    status, text = ask(f"{stack.base_url}/api/v1/ready")
    return status, json.loads(text)


def gauge(stack: Stack, name: str) -> str:
    [line] = [line for line in ask(f"{stack.ops_url}/metrics")[1].splitlines() if line.startswith(name + " ")]
    return line.partition(" ")[2]


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def execute(dsn: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def refused(stack: Stack) -> str:
    """The sentences of a refusal; the process itself is well."""
    status, body = ready(stack)
    assert (status, body["status"], body["title"]) == (503, 503, "Unavailable"), body
    assert ask(f"{stack.base_url}/api/v1/health")[0] == 200
    assert gauge(stack, "hub_ready") == "0.0"
    return str(body["detail"])


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """For what can be put right again."""
    with throw_away("serve", "relay") as running:
        yield running


@pytest.fixture(autouse=True)
def everything_is_well_before_and_after(request: pytest.FixtureRequest) -> Iterator[None]:
    shared = request.getfixturevalue("stack") if "stack" in request.fixturenames else None
    if shared:
        assert ready(shared)[0] == 200
        assert gauge(shared, "hub_ready") == "1.0"
    yield
    if shared:
        wait_for(lambda: ready(shared)[0] == 200)


def test_ready_says_how_far_the_relay_is(stack: Stack) -> None:
    assert ready(stack) == (
        200,
        {
            "status": "ready",
            "relay_lag_seconds": 0.0,
            "migrations_pending": 0,
            "degraded": [],
        },
    )


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_relay_that_stands_still_is_told_with_its_age(stack: Stack) -> None:
    with frozen(stack.children.pid("relay")):
        execute(
            stack.endpoints.dsn,
            """insert into core.outbox (topic, type, subject, actor, at, data)
               values ('a', 'test.happened', 'a', 'test', now() - interval '45 seconds', '{}')""",
        )
        sentence = refused(stack)
        assert re.fullmatch(r"The relay is \d\d s behind \(events waiting: 1\); is it running\?", sentence)
        assert 45 <= float(gauge(stack, "outbox_lag_seconds")) < 60
        assert gauge(stack, "outbox_events_waiting") == "1.0"


def test_a_young_event_that_waits_is_no_reason_yet(stack: Stack) -> None:
    with frozen(stack.children.pid("relay")):
        execute(
            stack.endpoints.dsn,
            """insert into core.outbox (topic, type, subject, actor, at, data)
               values ('a', 'test.happened', 'a', 'test', now(), '{}')""",
        )
        assert ready(stack)[0] == 200


def test_a_migration_that_is_missing_is_told_with_what_to_run(stack: Stack) -> None:
    newest = len(migrations.read())
    asyncio.run(migrations.down(stack.endpoints.owner_dsn, to=newest - 1))
    try:
        assert refused(stack) == "Migrations not applied: 1; run `caerus migrate`."
    finally:
        asyncio.run(migrations.up(stack.endpoints.owner_dsn))


def test_a_redis_that_hangs_is_told_in_time(stack: Stack) -> None:
    process = stack.servers.valkey._process
    assert process
    with frozen(process.pid):
        began = time.monotonic()
        assert ready(stack)[1]["detail"] == "Redis does not answer within 3 s."
        assert time.monotonic() - began < 5


def test_a_redis_that_is_gone_is_told(stack_to_break: Stack) -> None:
    stack_to_break.servers.valkey.stop()
    assert refused(stack_to_break) == "Redis cannot be used (ConnectionError)."


def test_a_database_that_is_gone_is_told_and_the_gauges_do_not_know(stack_to_break: Stack) -> None:
    stack_to_break.servers.postgres.stop()
    assert refused(stack_to_break).startswith("PostgreSQL cannot be used (")
    assert (
        gauge(stack_to_break, "outbox_lag_seconds") == gauge(stack_to_break, "outbox_events_waiting") == "NaN"
    )


def test_all_that_is_away_is_told_at_once(stack_to_break: Stack) -> None:
    stack_to_break.servers.stop()
    sentence = refused(stack_to_break)
    assert "PostgreSQL cannot be used (" in sentence and "Redis cannot be used (" in sentence


@pytest.fixture
def stack_to_break() -> Iterator[Stack]:
    """For what cannot."""
    with throw_away("serve") as running:
        yield running
