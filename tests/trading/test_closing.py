"""Positions that must go: warned, told, told again, closed once the broker has proven it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.identity.audit import service as audit
from hub.trading.closing import rules, service
from hub.trading.closing.models import Closure
from tests.hubs import RunningHub, until
from tests.stream.sockets import signed_in
from tests.trading.closures import Account, account

AT_ONCE = timedelta(0)


async def decide(of: Account, warning: timedelta = AT_ONCE) -> list[Closure]:
    async with of.hub.res.db.transaction() as tx:
        detail = {"drawdown_bp": 2_100}
        begun, entries = await service.close_all(
            tx, of.hub.res, of.id, "drawdown", detail, equity=79_000, warning=warning
        )
        await audit.record(tx, *entries)
    return begun


async def sent(of: Account) -> list[Any]:
    await service.advance(of.hub.res)
    return await of.waiting()


async def test_a_person_is_warned_before_anything_is_sent(hub: RunningHub) -> None:
    mine = await account(hub, 2)
    async with signed_in(hub, mine.person) as socket:
        await socket.sub(f"closures:{mine.person.id}")
        begun = await decide(mine, timedelta(seconds=10))
        events = [await socket.receive() for _ in begun]
    assert [event["type"] for event in events] == ["closure.warned"] * 2
    assert {event["data"]["reason"] for event in events} == {"drawdown"}
    assert [each.due_at - each.decided_at for each in begun] == [timedelta(seconds=10)] * 2
    assert await sent(mine) == []


async def test_the_terminal_of_the_account_is_told_once_a_position(hub: RunningHub) -> None:
    mine = await account(hub, 3)
    other = await hub.device(mine.person, "another terminal")
    await decide(mine)
    assert [row["ticket"] for row in await sent(mine)] == ["100", "101", "102"]
    assert [each["kind"] for each in (await mine.device.poll()).body["commands"]] == ["close"] * 3
    assert (await other.poll()).body["commands"] == []


async def test_what_was_decided_already_is_not_decided_again(hub: RunningHub) -> None:
    mine = await account(hub, 2)
    assert len(await decide(mine)) == 2
    assert await decide(mine) == []
    assert len(await sent(mine)) == 2 and len(await sent(mine)) == 2
    assert [row["attempts"] for row in await mine.closures()] == [1, 1]


async def test_the_owner_is_told_once_of_a_terminal_that_does_not_close(hub: RunningHub) -> None:
    mine = await account(hub)
    await decide(mine)
    for attempt in range(1, rules.STUCK + 3):
        query = "update trading.closures set next_at = due_at where account_id = $1"
        await hub.rows(query, mine.id)
        await sent(mine)
        assert (await mine.closures())[0]["attempts"] == attempt
        assert await hub.alerts(mine.id) == ["closure.stuck"] * (attempt >= rules.STUCK)


@pytest.mark.parametrize("answer", ["failed", "refused", "unknown"])
async def test_a_terminal_that_could_not_is_told_again(hub: RunningHub, answer: str) -> None:
    mine = await account(hub)
    await decide(mine)
    [first] = await sent(mine)
    assert (await mine.device.ack(str(first["id"]), answer, error="no connection")).status == 200
    [second] = await sent(mine)
    assert second["id"] != first["id"]
    assert (await mine.closures())[0]["attempts"] == 2


async def test_only_the_broker_s_word_ends_it(hub: RunningHub) -> None:
    mine = await account(hub)
    await decide(mine)
    [command] = await sent(mine)
    await mine.device.ack(str(command["id"]), "closed", close_price="1900.5", broker_ticket="100")
    await service.advance(hub.res)
    assert (await mine.closures())[0]["state"] == "sent"
    await mine.gone("100")
    await service.advance(hub.res)
    [closure] = await mine.closures()
    assert (closure["state"], str(closure["close_price"])) == ("closed", "1900.5")
    assert await mine.audited() == ["closure.decide", "closure.send", "closure.close"]


async def test_a_position_that_went_by_itself_is_not_sent(hub: RunningHub) -> None:
    mine = await account(hub)
    await decide(mine, timedelta(seconds=10))
    await mine.gone("100")
    assert await sent(mine) == []
    assert (await mine.closures())[0]["state"] == "closed"


async def test_a_position_that_must_go_again_later_can(hub: RunningHub) -> None:
    """A ticket is one position; only while its closure is under way there is no second."""
    mine = await account(hub)
    await decide(mine)
    await mine.gone("100")
    await service.advance(hub.res)
    assert await decide(mine) == [], "it is closed"
    await hub.res.db.execute("update trading.positions set closed_at = null where account_id = $1", mine.id)
    assert len(await decide(mine)) == 1
    assert [row["state"] for row in await mine.closures()] == ["closed", "warned"]


async def test_one_look_without_a_position_ends_no_closure(hub: RunningHub) -> None:
    mine = await account(hub)
    await decide(mine)
    await service.advance(hub.res)
    await mine.unseen("100")
    await service.advance(hub.res)
    assert [row["state"] for row in await mine.closures()] == ["sent"], "it may have been incomplete"
    await mine.looked()
    await service.advance(hub.res)
    assert [row["state"] for row in await mine.closures()] == ["closed"]


async def test_a_part_that_was_closed_before_proves_nothing(hub: RunningHub) -> None:
    mine = await account(hub)
    await mine.booked("in", volume="0.2")
    await mine.booked("out", volume="0.1")
    await decide(mine)
    await mine.unseen("100")
    await service.advance(hub.res)
    assert [row["state"] for row in await mine.closures()] != ["closed"]


async def test_two_workers_share_the_work(hub: RunningHub) -> None:
    mine = await account(hub, 8)
    await decide(mine)
    taken = await asyncio.gather(*(service.advance(hub.res) for _ in range(4)))
    assert sum(taken) == 8 and len(await mine.waiting()) == 8


async def test_only_one_s_own_are_listed(hub: RunningHub) -> None:
    mine, other = await account(hub), await account(hub)
    await decide(mine)
    listed = await hub.call("GET", "/api/v1/closures", headers=mine.person.bearer)
    assert [row["ticket"] for row in listed.body["items"]] == ["100"]
    assert (await hub.call("GET", "/api/v1/closures", headers=other.person.bearer)).body["items"] == []


async def test_a_closure_without_a_working_terminal_goes_to_all_of_the_person_s(hub: RunningHub) -> None:
    mine = await account(hub)
    other = await hub.device(mine.person, "another terminal")
    await hub.res.db.execute(
        "update trading.devices set revoked_at = now() where id = $1::text::uuid", mine.device.id
    )
    await decide(mine)
    await service.advance(hub.res)

    async def told() -> bool:
        return len((await other.poll()).body["commands"]) == 1

    await until(told)


async def test_the_owner_closes_everything_of_an_account_at_once(hub: RunningHub) -> None:
    mine, owner = await account(hub, 2), await hub.person("owner")
    body = {"account_id": str(mine.id), "because": "the broker is in trouble"}
    for stranger in (mine.person, await hub.person("admin")):
        assert (await hub.call("POST", "/api/v1/closures", body, stranger.bearer)).status == 403
    answer = await hub.call("POST", "/api/v1/closures", body, owner.bearer)
    assert answer.status == 201 and len(answer.body["items"]) == 2
    assert len(await sent(mine)) == 2
    again = await hub.call("POST", "/api/v1/closures", body, owner.bearer)
    assert again.body["items"] == []
    nothing = {"account_id": str(uuid4()), "because": "x"}
    assert (await hub.call("POST", "/api/v1/closures", nothing, owner.bearer)).status == 404
