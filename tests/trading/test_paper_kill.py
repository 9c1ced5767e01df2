"""kill -9 of the worker between any two steps of a bar: all of it happened, or nothing."""

import asyncio
import sys
from typing import Any

import pytest

from hub.core.embedded import Endpoints
from tests.hubs import RunningHub
from tests.trading.papers import Market, Paper, advance, paper


async def stands(mine: Paper) -> tuple[Any, ...]:
    """Balance, what became of the trade, and up to where the book has come."""
    rows = await mine.hub.rows(
        """select p.balance, t.state, t.profit, b.clock, b.working
           from trading.paper_portfolios as p
           join trading.paper_trades as t on t.portfolio_id = p.id
           join trading.paper_books as b on b.portfolio_id = p.id
           where p.user_id = $1""",
        mine.person.id,
    )
    [row] = rows
    return tuple(row)


async def under_fire(mine: Paper, servers: Endpoints, protection: str) -> set[tuple[Any, ...]]:
    """Kill the worker at its 1st statement, its 2nd, ... until it lives; how the portfolio stood after each."""
    arguments = ("-m", "tests.trading.paper_process", servers.dsn, servers.redis_url, protection)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe)
    assert process.stdin and process.stdout
    stood, n, answer = set(), 0, "killed"
    while answer == "killed":
        n += 1
        process.stdin.write(b"%d\n" % n)
        answer = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        stood.add(await stands(mine))
    process.stdin.close()
    assert (answer, await process.wait()) == ("lived", 0)
    assert n >= 8, n
    return stood


async def after_two_bars(hub: RunningHub, servers: Endpoints) -> Paper:
    """A pending order, a bar that will fill it and one that will end it."""
    market = Market(hub)
    await market.empty(servers.owner_dsn)
    mine = await paper(hub)
    await mine.approve()
    await market.quiet()
    await market.rise()
    return mine


@pytest.mark.chaos
async def test_killing_the_worker_at_every_statement_changes_nothing_or_all(
    hub: RunningHub, servers: Endpoints
) -> None:
    mine = await after_two_bars(hub, servers)
    before = await stands(mine)
    stood = await under_fire(mine, servers, "on")
    await advance(hub)
    after = await stands(mine)
    assert (before[:3], after[:3]) == ((1_000_000, "pending", None), (1_009_800, "closed", 9_800))
    assert stood == {before, after}


@pytest.mark.chaos
async def test_with_the_book_kept_after_the_commit_the_same_kills_count_a_bar_twice(
    hub: RunningHub, servers: Endpoints
) -> None:
    mine = await after_two_bars(hub, servers)
    stood = await under_fire(mine, servers, "off")
    await advance(hub)
    assert len(stood) > 2
    assert (await stands(mine))[0] > 1_009_800
