"""Copying when several act at once: workers, the person by hand, the person who turns it off, an owner who stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from hub.trading.copying import place
from hub.trading.copying.models import Proposed
from tests.hubs import RunningHub
from tests.trading.copiers import Copying, copied, copying
from tests.trading.looks import earned

pytestmark = pytest.mark.usefixtures("nobody_copies")


def proposed(mine: Copying, signal_id: str) -> Proposed:
    return Proposed(UUID(signal_id), mine.strategy, "XAUUSD")


async def came_of(mine: Copying, signal_id: str) -> tuple[list[str], int, list[tuple[str, str | None]]]:
    """Consents of the approvals, commands that open, placements."""
    consents = await mine.hub.rows(
        "select consent_version from trading.approvals where signal_id = $1 and user_id = $2",
        UUID(signal_id),
        mine.person.id,
    )
    [opens] = await mine.hub.rows(
        "select count(*) from trading.commands where signal_id = $1 and user_id = $2 and kind = 'open'",
        UUID(signal_id),
        mine.person.id,
    )
    return [row[0] for row in consents], opens[0], await mine.placements(signal_id)


async def let_go_at_once(hub: RunningHub, signal_id: str, *works: Callable[[], Awaitable[Any]]) -> list[Any]:
    """All of them wait for the signal, and have it in the same moment."""
    async with hub.res.db.transaction() as tx:
        await tx.execute("select 1 from trading.signals where id = $1 for update", UUID(signal_id))
        waiting = asyncio.gather(*(work() for work in works))
        await hub.until_waiting(len(works))
    return list(await waiting)


async def test_by_hand_or_on_their_behalf_and_never_both(hub: RunningHub) -> None:
    """Twenty signals, answered from both sides: one answer each, whoever came first, and the other side knows it."""
    mine = await copying(hub, multiplier_bp=5_000)
    by_hand = 0
    for n in range(20):
        signal_id = await mine.signal()
        decision = "approved" if n % 2 else "rejected"
        hand = partial(hub.approve, mine.person, signal_id, decision)
        copy = partial(place.copy, hub.res, proposed(mine, signal_id), mine.person.id)
        if n < 4:
            answer, _ = await hand(), await copy()
        elif n < 8:
            _, answer = await copy(), await hand()
        else:
            answer, _ = await let_go_at_once(hub, signal_id, hand, copy)
        consents, opens, placements = await came_of(mine, signal_id)
        [consent] = consents
        if answer.status == 201:
            by_hand += 1
            assert not consent.startswith("copy:")
            assert (opens, placements) == (n % 2, [("kept_out", "decided")])
        else:
            assert (answer.status, answer.body["decision"]) == (409, "approved")
            assert consent.startswith("copy:")
            assert (opens, placements) == (1, [("placed", None)])
        await mine.failed()
    assert 4 <= by_hand <= 16


async def test_workers_at_once_place_it_once(hub: RunningHub) -> None:
    many = [await copying(hub) for _ in range(3)]
    ids = [await mine.signal() for mine in many]
    await asyncio.gather(*[place.run(hub.res) for _ in range(4)])
    await asyncio.gather(
        *[
            place.copy(hub.res, proposed(mine, id), mine.person.id)
            for mine, id in zip(many, ids, strict=True)
            for _ in range(4)
        ]
    )
    await copied(hub)
    for mine, id in zip(many, ids, strict=True):
        consents, opens, placements = await came_of(mine, id)
        assert (len(consents), opens, placements) == (1, 1, [("placed", None)])


async def test_nothing_is_approved_after_consent_was_taken_back(hub: RunningHub) -> None:
    """Copies and a withdrawal at once, ten times: what was placed was placed before."""
    for _ in range(10):
        mine = await copying(hub)
        ids = [await mine.signal() for _ in range(4)]
        *_, off = await asyncio.gather(
            *(place.copy(hub.res, proposed(mine, id), mine.person.id) for id in ids), mine.call("disable")
        )
        assert off.status == 200
        [row] = await hub.rows(
            """select count(*) from trading.copy_placements as p
            join trading.copy_consents as c on c.user_id = p.user_id and c.act = 'withdrawn'
            where p.user_id = $1 and p.outcome = 'placed' and p.at > c.at""",
            mine.person.id,
        )
        assert row[0] == 0
        assert set(await mine.placements()) <= {("placed", None), ("kept_out", "off")}
        # None of it is left for a terminal to open.
        assert {order["kind"] for order in await mine.orders()} <= {"cancel"}


async def test_nothing_is_placed_after_a_pause_has_answered(hub: RunningHub) -> None:
    for _ in range(5):
        mine = await copying(hub)
        ids = [await mine.signal() for _ in range(4)]
        *_, paused = await asyncio.gather(
            *(place.copy(hub.res, proposed(mine, id), mine.person.id) for id in ids),
            hub.call("PATCH", "/api/v1/trading/pause", {}, mine.person.bearer),
        )
        assert paused.status == 200
        [row] = await hub.rows(
            """select count(*) from trading.commands as c join trading.pauses as p using (user_id)
            where user_id = $1 and c.issued_at > p.at""",
            mine.person.id,
        )
        assert row[0] == 0


async def test_a_limit_on_trades_a_day_holds_for_signals_at_once(hub: RunningHub) -> None:
    mine = await copying(hub)
    assert (await mine.call("risk", {"max_trades_a_day": 2})).status == 200
    ids = [await mine.signal() for _ in range(6)]
    await asyncio.gather(*(place.copy(hub.res, proposed(mine, id), mine.person.id) for id in ids))
    outcomes = sorted(outcome for outcome, _ in await mine.placements())
    assert outcomes == ["kept_out"] * 4 + ["placed"] * 2


async def test_signals_at_once_that_break_a_limit_pause_once(hub: RunningHub) -> None:
    mine = await copying(hub)
    await mine.look(
        1, balance="9000.00", equity="9000.00", free_margin="9000.00", deals=[earned("d", "-1000.00")]
    )
    ids = [await mine.signal() for _ in range(4)]
    await asyncio.gather(*(place.copy(hub.res, proposed(mine, id), mine.person.id) for id in ids))
    assert (await mine.audited()).count("trading.pause") == 1
    assert {outcome for outcome, _ in await mine.placements()} <= {"blocked", "kept_out"}
    assert [hold["reason"] for hold in (await mine.status())["paused_by"]] == ["paused"]
