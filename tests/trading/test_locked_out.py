"""A person who is locked out opens nothing more, and what they have open goes on being guarded."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hub.core import clock
from hub.core.embedded import Endpoints
from hub.trading.closing import service as closing
from tests.hubs import Answer, Device, Person, RunningHub
from tests.identity.console import Console
from tests.identity.test_users_admin import act
from tests.trading.looks import Verified, link, position, send, sent, verified
from tests.trading.test_poll import approved, plain

LOSING = {"equity": "7900", "free_margin": "7900", "positions": [position("1", profit="-2100.00")]}


async def lock(hub: RunningHub, person: Person, suffix: str = "lock") -> None:
    answer = await act(hub, await hub.person("admin"), "POST", f"/{person.id}/{suffix}")
    assert answer.status == 200, answer.raw


async def delete(hub: RunningHub, person: Person) -> Answer:
    return await act(hub, await hub.person("owner"), "DELETE", f"/{person.id}")


async def told(device: Device) -> list[dict[str, Any]]:
    """What a terminal is handed, opened."""
    answer = await device.poll()
    assert answer.status == 200, answer.raw
    return [plain(device, command) for command in answer.body["commands"]]


async def kinds(device: Device) -> list[str]:
    return [command["kind"] for command in await told(device)]


async def due(mine: Verified) -> None:
    """The warning is over; what must be closed is sent."""
    statement = "update trading.closures set due_at = $2, next_at = $2 where account_id = $1"
    await mine.hub.res.db.execute(statement, UUID(mine.id), clock.now())
    await closing.advance(mine.hub.res)


async def test_a_liquidation_that_was_decided_reaches_the_terminal_of_a_locked_person(
    hub: RunningHub,
) -> None:
    mine = await verified(hub)
    await sent(mine.device, mine.broker.look(1, **LOSING))
    await lock(hub, mine.person)
    await due(mine)
    [command] = await told(mine.device)
    assert (command["kind"], command["ticket"]) == ("close", "1")
    assert (await mine.device.ack(command["command_id"], "closed")).status == 200
    assert (await send(mine.device, mine.broker.look(2))).status == 200
    assert (await send(mine.device, mine.broker.look(3))).status == 200
    await closing.advance(hub.res)
    [row] = await hub.rows("select state from trading.closures where account_id = $1", UUID(mine.id))
    assert row["state"] == "closed"


async def test_the_guards_go_on_watching_the_account_of_a_locked_person(hub: RunningHub) -> None:
    mine = await verified(hub)
    await lock(hub, mine.person)
    await sent(mine.device, mine.broker.look(1, **LOSING))
    await due(mine)
    assert await kinds(mine.device) == ["close"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/v1/client/preflight")])
async def test_the_terminal_of_a_locked_person_does_nothing_else(
    hub: RunningHub, method: str, path: str
) -> None:
    mine = await verified(hub)
    assert (await mine.device.call(method, path, {})).status == 422
    await lock(hub, mine.person)
    assert (await mine.device.call(method, path, {})).status == 401
    await lock(hub, mine.person, "unlock")
    assert (await mine.device.call(method, path, {})).status == 422


async def test_what_has_not_filled_is_taken_back_of_every_terminal(hub: RunningHub) -> None:
    person = await hub.person()
    fetched, placed, filled = [await hub.device(person, name) for name in ("fetched", "placed", "filled")]
    await approved(hub, person)
    [order] = await told(fetched)
    id = order["command_id"]
    assert (await placed.ack(id, "placed", broker_ticket="7")).status == 200
    assert (await filled.ack(id, "placed", broker_ticket="8", fill_price="1626.67")).status == 200
    other = await hub.person()
    bystander = await hub.device(other)
    await approved(hub, other)
    await lock(hub, person)
    for device in (fetched, placed):
        [back] = await told(device)
        assert (back["kind"], back["opens"], back["reason"]) == ("cancel", id, "locked")
    assert await kinds(bystander) == ["open"]
    await lock(hub, person, "unlock")
    assert await kinds(fetched) == ["cancel"]


async def test_an_approval_on_its_way_through_the_door_opens_nothing_now_or_later(hub: RunningHub) -> None:
    """The token of this test belongs to no stored session: it is good still, as that of a call that was let in before."""
    person = await hub.person()
    device = await hub.device(person)
    await lock(hub, person)
    await approved(hub, person)
    assert await kinds(device) == []
    await lock(hub, person, "unlock")
    assert await kinds(device) == ["cancel"]


async def test_unlocking_at_the_console_takes_back_too(hub: RunningHub, servers: Endpoints) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await lock(hub, person)
    await approved(hub, person)
    caerus = Console(servers.dsn, servers.redis_url)
    done = await asyncio.to_thread(caerus, "users", "unlock", person.email)
    assert done.status == 0, done.err
    assert await kinds(device) == ["cancel"]


async def test_unlocking_after_failed_sign_ins_takes_nothing_back(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await approved(hub, person)
    await hub.rows("update identity.users set locked_until = now() where id = $1", person.id)
    await lock(hub, person, "unlock")
    assert await kinds(device) == ["open"]


async def test_a_locked_person_proves_no_account(hub: RunningHub) -> None:
    mine = await verified(hub)
    pending = msgspec.structs.replace(mine.broker, login="7002")
    assert (await link(hub, mine.person, pending)).status == 201
    await lock(hub, mine.person)
    assert (await send(mine.device, pending.look())).status == 409
    await lock(hub, mine.person, "unlock")
    assert (await send(mine.device, pending.look())).status == 200


async def test_nobody_is_deleted_while_something_of_theirs_is_open(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, mine.broker.look(1, **LOSING))
    refused = await delete(hub, mine.person)
    assert (refused.status, refused.body["type"]) == (409, "/problems/still-busy")
    assert "1 positions are open: close them (POST /api/v1/closures)" in refused.body["detail"]
    assert "1 closures are under way" in refused.body["detail"]
    [row] = await hub.rows("select email, deleted_at from identity.users where id = $1", mine.person.id)
    assert tuple(row) == (mine.person.email, None)
    await sent(mine.device, mine.broker.look(2))
    await sent(mine.device, mine.broker.look(3))
    assert (await delete(hub, mine.person)).status == 409
    await closing.advance(hub.res)
    assert (await delete(hub, mine.person)).status == 204
    assert (await mine.device.poll()).status == 401
    assert (await send(mine.device, mine.broker.look(4))).status == 401


@pytest.mark.parametrize("placed", [False, True])
async def test_nobody_is_deleted_while_an_order_may_wait_at_a_broker(hub: RunningHub, placed: bool) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await approved(hub, person)
    [order] = await told(device)
    if placed:
        assert (await device.ack(order["command_id"], "placed", broker_ticket="7")).status == 200
    for _ in range(2):
        refused = await delete(hub, person)
        assert refused.status == 409 and "1 orders may wait at a broker: lock" in refused.body["detail"]
        await lock(hub, person)
    [back] = await told(device)
    assert (await device.ack(back["command_id"], "closed", close_reason="cancelled")).status == 200
    assert (await delete(hub, person)).status == 204


async def test_an_order_that_no_terminal_can_have_keeps_nobody(hub: RunningHub) -> None:
    never, before = await hub.person(), await hub.person()
    await hub.device(never)
    gone = await hub.device(before)
    assert await kinds(gone) == []
    await gone.unheard(120)
    for person in (never, before):
        await approved(hub, person)
        assert (await delete(hub, person)).status == 204


async def test_an_order_that_ended_keeps_nobody(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await approved(hub, person)
    [order] = await told(device)
    assert (await device.ack(order["command_id"], "failed", error="no money")).status == 200
    assert (await delete(hub, person)).status == 204
