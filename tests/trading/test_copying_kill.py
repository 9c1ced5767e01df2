"""kill -9 of the worker between any two steps: one approval, one command, one pause, each as if nobody had died."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from hub.core.embedded import Endpoints
from tests.hubs import RunningHub, until
from tests.trading.copiers import Copying, copied, copying, uncopied
from tests.trading.looks import earned

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("nobody_copies")]

ONCE = (1, 1, 1, 1, [("placed", None)])
"""Approvals, commands, deliveries, entries of the audit log, placements."""


async def came_of(mine: Copying, signal_id: str) -> tuple[Any, ...]:
    [row] = await mine.hub.rows(
        """select (select count(*) from trading.approvals where signal_id = $1 and user_id = $2),
          (select count(*) from trading.commands where signal_id = $1 and user_id = $2),
          (select count(*) from trading.deliveries as d join trading.commands as c on c.id = d.command_id
            where c.signal_id = $1 and c.user_id = $2),
          (select count(*) from identity.audit_log
            where action = 'approval.create' and meta::jsonb ->> 'signal_id' = $1::text)""",
        UUID(signal_id),
        mine.person.id,
    )
    return (*row, await mine.placements(signal_id))


Case = Callable[[], Awaitable[str]]
Look = Callable[[str], Awaitable[tuple[Any, ...]]]


async def under_fire(
    hub: RunningHub, servers: Endpoints, protection: str, case: Case, look: Look
) -> list[tuple[Any, ...]]:
    """A new case for each n: kill the worker at its nth statement, let another one go on, look; until one lives."""
    arguments = ("-m", "tests.trading.copying_process", servers.dsn, servers.redis_url, protection)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe)
    assert process.stdin and process.stdout
    stood, n, answer = [], 0, "killed"
    await copied(hub)
    while answer == "killed":
        n += 1
        signal_id = await case()
        process.stdin.write(b"%d\n" % n)
        answer = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        await until(partial(_taken_up, hub, signal_id))
        stood.append(await look(signal_id))
    process.stdin.close()
    assert (answer, await process.wait()) == ("lived", 0)
    assert n >= 20, n
    return stood


async def _taken_up(hub: RunningHub, signal_id: str) -> bool:
    """Whether another worker has done it: once PostgreSQL has noticed that the one before is gone."""
    await copied(hub)
    return not await uncopied(hub, signal_id)


async def placing(hub: RunningHub) -> tuple[Case, Look]:
    """A signal that is to be placed; the ones before failed at the terminal."""
    mine = await copying(hub)

    async def case() -> str:
        await mine.failed()
        return await mine.signal()

    return case, lambda signal_id: came_of(mine, signal_id)


async def breaking(hub: RunningHub) -> tuple[Case, Look]:
    """A signal that is to be kept out by a broken limit, each of somebody else."""
    people: dict[str, Copying] = {}

    async def case() -> str:
        mine = await copying(hub)
        await mine.look(
            1, balance="9000.00", equity="9000.00", free_margin="9000.00", deals=[earned("d", "-1000.00")]
        )
        signal_id = await mine.signal()
        people[signal_id] = mine
        return signal_id

    async def look(signal_id: str) -> tuple[Any, ...]:
        mine = people[signal_id]
        audited = (await mine.audited())[1:]
        await hub.rows("update trading.copiers set enabled = false where user_id = $1", mine.person.id)
        return (*(await came_of(mine, signal_id)), audited)

    return case, look


async def test_killing_the_worker_at_every_statement_places_it_once(
    hub: RunningHub, servers: Endpoints
) -> None:
    stood = await under_fire(hub, servers, "on", *await placing(hub))
    assert stood == [ONCE] * len(stood)


async def test_killing_the_worker_at_every_statement_of_a_breach_pauses_once(
    hub: RunningHub, servers: Endpoints
) -> None:
    stood = await under_fire(hub, servers, "on", *await breaking(hub))
    once = (0, 0, 0, 0, [("blocked", "drawdown")], ["trading.pause", "copy.block"])
    assert stood == [once] * len(stood)


async def test_with_the_placement_stored_after_the_commit_the_same_kills_take_it_for_one_by_hand(
    hub: RunningHub, servers: Endpoints
) -> None:
    stood = await under_fire(hub, servers, "off", *await placing(hub))
    assert (*ONCE[:4], [("kept_out", "decided")]) in stood
