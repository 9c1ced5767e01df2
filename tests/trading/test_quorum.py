"""k of n through the hub: what votes come to, and what keeps a decision out."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from hub.core.embedded import Endpoints
from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from tests.hubs import RunningHub, in_hours
from tests.stream.sockets import signed_in
from tests.trading import guarded
from tests.trading.desks import POLICY, Desk, desk

EURUSD = {
    "instrument": "EURUSD",
    "order_type": "market",
    "entry": "1.10000",
    "stop": "1.09000",
    "target": "1.13000",
}


async def test_the_vote_that_reaches_the_number_issues_one_command(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    id = await of.signal()
    first = await of.vote(of.approvers[0], id)
    assert first.status == 201, first.raw
    assert first.body == {
        "organisation_id": of.team.id,
        "signal_id": id,
        "trader_id": str(of.trader.id),
        "outcome": "open",
        "approved": [str(of.approvers[0].id)],
        "rejected": [],
        "needed": 2,
        "of": 3,
        "approval_id": None,
    }
    assert await of.stored(id) == (1, [], 0)
    second = await of.vote(of.approvers[1], id)
    assert (second.body["outcome"], len(second.body["approved"])) == ("approved", 2)
    assert await of.stored(id) == (2, [("approved", "quorum", of.approvers[1].id)], 1)
    assert len((await of.device.poll()).body["commands"]) == 1
    late = await of.vote(of.approvers[2], id)
    assert (late.status, late.body["type"]) == (409, "/problems/already-decided")
    assert late.body["approval_id"] == second.body["approval_id"]
    assert (await of.stored(id))[0] == 2


async def test_one_rejection_rejects(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    rejected = await of.vote(of.approvers[1], id, "rejected")
    assert (rejected.body["outcome"], rejected.body["rejected"]) == ("rejected", [str(of.approvers[1].id)])
    assert await of.stored(id) == (2, [("rejected", "quorum", of.approvers[1].id)], 0)
    assert (await of.vote(of.approvers[2], id)).status == 409


async def test_one_person_counts_once(hub: RunningHub) -> None:
    of = await desk(hub, 2, 2)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    for decision in ("approved", "rejected"):
        again = await of.vote(of.approvers[0], id, decision)
        assert (again.status, again.body["type"]) == (409, "/problems/already-voted")
    assert await of.stored(id) == (1, [], 0)


async def test_the_bounds_are_the_tightest_of_those_who_approved(hub: RunningHub) -> None:
    of = await desk(hub, 3, 3)
    id = await of.signal()
    soon, later = in_hours(1), in_hours(2)
    await of.vote(of.approvers[0], id, bounds={"valid_until": later, "max_drift_points": 10})
    await of.vote(of.approvers[1], id, bounds={"valid_until": soon, "max_spread_points": 7})
    await of.vote(of.approvers[2], id, bounds={"max_drift_points": 90, "max_spread_points": 70})
    listed = await hub.call("GET", "/api/v1/approvals", headers=of.trader.bearer)
    [approval] = listed.body["items"]
    assert approval["bounds"] == {"valid_until": soon, "max_drift_points": 10, "max_spread_points": 7}
    assert (approval["via"], approval["decided_by"]) == ("quorum", str(of.approvers[2].id))


async def test_an_approval_whose_validity_ended_counts_no_more(hub: RunningHub, servers: Endpoints) -> None:
    of = await desk(hub, 2, 3)
    id = await of.signal()
    await of.vote(of.approvers[0], id, bounds={"valid_until": in_hours(1)})
    await expire_votes(servers, id)
    second = await of.vote(of.approvers[1], id)
    assert (second.body["outcome"], second.body["approved"]) == ("open", [str(of.approvers[1].id)])
    assert (await of.vote(of.approvers[0], id)).status == 409
    assert (await of.vote(of.approvers[2], id)).body["outcome"] == "approved"
    assert (await of.stored(id))[2] == 1


async def test_the_trader_alone_may_reject_and_no_more(hub: RunningHub) -> None:
    of = await desk(hub)
    before, id = await guarded.traces(hub, of.trader), await of.signal()
    refused = await hub.approve(of.trader, id)
    assert (refused.status, refused.body["type"]) == (409, "/problems/under-policy")
    assert (refused.body["organisation_id"], refused.body["needed"], refused.body["of"]) == (of.team.id, 2, 3)
    assert await guarded.traces(hub, of.trader) == before
    assert (await hub.approve(of.trader, id, "rejected")).status == 201
    assert (await of.vote(of.approvers[0], id)).status == 409


async def test_on_paper_the_trader_decides_alone(hub: RunningHub) -> None:
    of = await desk(hub)
    enabled = await hub.call("POST", "/api/v1/paper/enable", {}, of.trader.bearer)
    assert enabled.status in (200, 201), enabled.raw
    id = await of.signal()
    assert (await hub.approve(of.trader, id)).status == 201
    assert (await of.stored(id))[2] == 0


async def let_go(of: Desk) -> int:
    return (await of.team.call(of.owner, "DELETE", f"{POLICY}/traders/{of.trader.id}")).status


async def end(of: Desk) -> int:
    return (await of.team.call(of.owner, "DELETE", POLICY)).status


async def leave(of: Desk) -> int:
    return (await of.team.leave(of.trader)).status


async def delete(of: Desk) -> int:
    return (await of.team.call(of.owner, "DELETE")).status


@pytest.mark.parametrize("way", [let_go, end, leave, delete])
async def test_who_is_let_go_decides_alone_again(hub: RunningHub, way: Any) -> None:
    of = await desk(hub)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    assert await way(of) == 204
    assert (await of.vote(of.approvers[1], id)).status == 404
    assert (await hub.approve(of.trader, id)).status == 201
    assert (await of.stored(id))[2] == 1


async def test_a_trader_cannot_let_themselves_go(hub: RunningHub) -> None:
    of = await desk(hub)
    answer = await of.team.call(of.trader, "DELETE", f"{POLICY}/traders/{of.trader.id}")
    assert answer.status == 403
    assert (await hub.approve(of.trader, await of.signal())).status == 409


async def test_only_named_approvers_who_are_there_vote(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    member = await of.team.join(of.owner, await hub.person())
    viewer = await of.team.join(of.owner, await hub.person(), "viewer")
    id, stranger = await of.signal(), await hub.person()
    assert (await of.vote(member, id)).body["type"] == "/problems/not-an-approver"
    assert (await of.vote(of.owner, id)).status == 403
    assert (await of.vote(viewer, id)).status == 403
    assert (await of.vote(stranger, id)).status == 404
    await of.team.change(of.owner, of.approvers[0], "viewer")
    assert (await of.vote(of.approvers[0], id)).status == 403
    assert await of.stored(id) == (0, [], 0)


async def test_nobody_votes_for_a_trader_who_is_locked_out(hub: RunningHub) -> None:
    of = await desk(hub, 1, 1)
    id = await of.signal()
    await hub.rows("update identity.users set suspended_at = now() where id = $1", of.trader.id)
    assert (await of.vote(of.approvers[0], id)).body["type"] == "/problems/no-trader"
    assert await of.stored(id) == (0, [], 0)


async def test_the_vote_of_who_has_gone_does_not_count(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    await of.team.remove(of.owner, of.approvers[0])
    assert (await of.vote(of.approvers[0], await of.signal())).status == 404
    assert (await of.vote(of.approvers[1], id)).body["outcome"] == "open"
    assert (await of.vote(of.approvers[2], id)).body["outcome"] == "approved"


async def test_a_new_policy_counts_what_was_said_before(hub: RunningHub) -> None:
    of = await desk(hub, 3, 3)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    changed = await of.set(2, of.approvers[1:])
    assert (changed.body["version"], changed.body["needed"]) == (2, 2)
    assert (await of.vote(of.approvers[0], id)).status == 403
    assert (await of.vote(of.approvers[1], id)).body["approved"] == [str(of.approvers[1].id)]
    await of.set(2, of.approvers)
    assert (await of.vote(of.approvers[2], id)).body["outcome"] == "approved"


async def test_a_stop_refuses_the_deciding_vote_which_may_come_again(hub: RunningHub) -> None:
    of = await desk(hub, 2, 2)
    id = await of.signal()
    await of.vote(of.approvers[0], id)
    await hub.call("PATCH", "/api/v1/trading/pause", {}, of.trader.bearer)
    refused = await of.vote(of.approvers[1], id)
    assert (refused.status, refused.body["type"]) == (409, "/problems/trading-paused")
    assert await of.stored(id) == (1, [], 0)
    await hub.call("PATCH", "/api/v1/trading/resume", {}, of.trader.bearer)
    assert (await of.vote(of.approvers[1], id)).body["outcome"] == "approved"
    assert (await of.stored(id))[2] == 1


async def test_a_live_account_needs_its_certificate_here_too(hub: RunningHub) -> None:
    of = await desk(hub, 1, 1)
    account = await guarded.account(hub, of.trader)
    await hub.res.db.execute("update trading.accounts set kind = 'real' where id = $1", account)
    refused = await of.vote(of.approvers[0], await of.signal())
    assert (refused.status, refused.body["type"]) == (409, "/problems/not-certified")


@pytest.fixture
async def price(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Any]:
    """Sets the newest minute of EURUSD; afterwards there is none."""

    async def set_(close: str) -> None:
        value = Decimal(close)
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        await candles.take(hub.res.db, "EURUSD", "M1", [Candle(at, value, value, value, value, Decimal(1))])

    yield set_
    connection = await asyncpg.connect(servers.owner_dsn)
    await connection.execute("delete from market.candles where symbol = 'EURUSD' and timeframe = 'M1'")
    await connection.close()


async def test_the_price_is_looked_at_when_it_is_decided(hub: RunningHub, price: Any) -> None:
    of = await desk(hub, 2, 2)
    id = await of.signal(**EURUSD)
    await price("1.10000")
    await of.vote(of.approvers[0], id, bounds={"max_drift_points": 50})
    await price("1.10051")
    refused = await of.vote(of.approvers[1], id, bounds={"max_drift_points": 500})
    assert (refused.status, refused.body["type"]) == (409, "/problems/price-moved")
    assert refused.body["max_drift_points"] == 50
    assert await of.stored(id) == (1, [], 0)
    await price("1.10050")
    assert (await of.vote(of.approvers[1], id)).body["outcome"] == "approved"


async def test_a_signal_that_has_ended_is_not_voted_on(hub: RunningHub) -> None:
    of, producer = await desk(hub, 2, 3), await hub.producer()
    id = await producer.opened()
    await of.vote(of.approvers[0], id)
    await producer.cancel(id)
    refused = await of.vote(of.approvers[1], id)
    assert (refused.status, refused.body["signal_status"]) == (409, "cancelled")
    assert (await of.vote(of.approvers[1], str(uuid4()))).status == 404
    assert await of.stored(id) == (1, [], 0)


async def expire_votes(servers: Endpoints, signal_id: str) -> None:
    """As the clock would; nobody but the owner of the table can."""
    connection = await asyncpg.connect(servers.owner_dsn)
    statement = "update trading.votes set valid_until = now() where signal_id = $1::text::uuid"
    await connection.execute(statement, signal_id)
    await connection.close()


async def test_approvers_and_the_trader_see_the_count_and_nobody_else(hub: RunningHub) -> None:
    of, stranger = await desk(hub, 2, 2), await hub.person()
    id = await of.signal()
    watchers = [of.trader, of.approvers[1]]
    async with (
        signed_in(hub, watchers[0]) as a,
        signed_in(hub, watchers[1]) as b,
        signed_in(hub, stranger) as c,
    ):
        for stream, person in ((a, watchers[0]), (b, watchers[1]), (c, stranger)):
            await stream.sub(f"votes:{person.id}")
        votes = [(await of.vote(by, id)).body for by in of.approvers]
        for stream in (a, b):
            events = await stream.take(2)
            assert [(each["type"], each["data"]) for each in events] == [
                ("approval.voted", votes[0]),
                ("approval.voted", votes[1]),
            ]
        assert await c.quiet()


async def test_votes_are_listed_to_members(hub: RunningHub) -> None:
    of = await desk(hub, 2, 3)
    ids = [await of.signal(), await of.signal()]
    for id in ids:
        for by in of.approvers[:2]:
            await of.vote(by, id)
    page = (await of.team.call(of.owner, "GET", "/votes?limit=3")).body
    assert [each["signal_id"] for each in page["items"]] == [ids[1], ids[1], ids[0]]
    rest = (await of.team.call(of.owner, "GET", f"/votes?limit=3&cursor={page['next_cursor']}")).body
    assert [each["approver_id"] for each in rest["items"]] == [str(of.approvers[0].id)]
    of_one = (await of.team.call(of.trader, "GET", f"/votes?signal_id={ids[0]}")).body
    assert [each["approver_id"] for each in of_one["items"]] == [str(p.id) for p in of.approvers[1::-1]]
