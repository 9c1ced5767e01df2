"""The worker that copies: every signal once, and nobody waits for somebody whose turn fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest

from hub.core import jobs
from hub.core.embedded import Endpoints
from tests.hubs import RunningHub
from tests.trading.copiers import Copying, copied, copying, uncopied
from tests.trading.test_poll import plain

pytestmark = pytest.mark.usefixtures("nobody_copies")

Fails = Callable[[Copying, bool], Awaitable[None]]


async def test_signals_are_copied_once(hub: RunningHub) -> None:
    mine = await copying(hub)
    signal_id = await mine.signal()
    assert await uncopied(hub, signal_id)
    await copied(hub)
    assert not await uncopied(hub, signal_id)
    before = await mine.traces()
    await copied(hub)
    assert await mine.traces() == before


@pytest.fixture
async def fails(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Fails]:
    """Makes the database refuse to store what is done for somebody."""
    owner = await asyncpg.connect(servers.owner_dsn)
    await owner.execute(
        """create function trading.fails() returns trigger language plpgsql as
           $$ begin raise exception 'a fault of the test'; end $$"""
    )

    async def work(mine: Copying, on: bool) -> None:
        drop = f'drop trigger "fails {mine.strategy}" on trading.copy_placements'
        make = f"""create trigger "fails {mine.strategy}" before insert on trading.copy_placements
                   for each row when (new.user_id = '{mine.person.id}') execute function trading.fails()"""
        await owner.execute(make if on else drop)

    yield work
    await owner.execute("drop function trading.fails() cascade")
    await owner.close()


async def test_somebody_whose_turn_fails_keeps_nobody_and_no_later_signal_waiting(
    hub: RunningHub, fails: Fails
) -> None:
    bad, good = await copying(hub), await copying(hub)
    await fails(bad, True)
    first = [await bad.signal() for _ in range(25)]
    mine = await good.signal()
    await copied(hub)
    assert await good.placements(mine) == [("placed", None)]
    assert await uncopied(hub, first[0])
    assert await bad.placements() == []
    assert (await bad.traces())[0] == 3
    await fails(bad, False)
    await copied(hub)
    assert [await bad.placements(id) for id in first] == [[("placed", None)]] * 25
    assert not await uncopied(hub, first[0])
    # Whoever was served before was not asked again.
    assert len(await good.placements(mine)) == 1


async def test_a_posted_signal_is_at_the_terminal_without_anybody_asked(
    hub: RunningHub, servers: Endpoints
) -> None:
    """The job worker itself: nobody calls anything between the producer's POST and the terminal's poll."""
    mine = await copying(hub)
    working = asyncio.create_task(jobs.work(hub.res, servers.redis_url))
    try:
        signal_id = await mine.signal()
        polled = await mine.device.poll(wait=20)
        [command] = polled.body["commands"]
        order = plain(mine.device, command)
        assert (order["signal_id"], order["volume"]) == (signal_id, "0.05")
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
