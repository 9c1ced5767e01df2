"""What came of approvals: own lists, the aggregate, and signals that end by themselves."""

from uuid import uuid4

from hub.trading.signals import service as signals
from tests.hubs import Device, RunningHub, in_hours, now_text
from tests.stream.sockets import signed_in


async def one_command(device: Device) -> str:
    [command] = (await device.poll()).body["commands"]
    return str(command["id"])


async def test_the_aggregate_counts_every_device(hub: RunningHub) -> None:
    person, admin = await hub.person(), await hub.person("admin")
    devices = [await hub.device(person, name) for name in ("a", "b")]
    approval = (await hub.approve(person, await (await hub.producer()).opened())).body["id"]
    path = f"/api/v1/executions/{approval}"
    assert (await hub.call("GET", path, headers=admin.bearer)).status == 404
    for device, status in zip(devices, ("placed", "failed"), strict=True):
        await device.ack(await one_command(device), status)
    shown = (await hub.call("GET", path, headers=admin.bearer)).body
    counts = [shown[f"{name}_count"] for name in ("placed", "failed", "unknown", "closed", "refused")]
    assert counts == [1, 1, 0, 0, 0]
    assert {each["device_id"] for each in shown["executions"]} == {device.id for device in devices}
    assert shown["last_update"] == max(each["updated_at"] for each in shown["executions"])
    assert (await hub.call("GET", path, headers=person.bearer)).status == 403
    assert (await hub.call("GET", path)).status == 401


async def test_a_person_sees_their_own_executions_alone(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person("owner")
    device = await hub.device(person)
    made = []
    for _ in range(3):
        await hub.approve(person, await (await hub.producer()).opened())
        made.append((await device.ack(await one_command(device), "placed")).body["id"])
    first = (await hub.call("GET", "/api/v1/executions?limit=2", headers=person.bearer)).body
    path = f"/api/v1/executions?limit=2&cursor={first['next_cursor']}"
    second = (await hub.call("GET", path, headers=person.bearer)).body
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert (await hub.call("GET", "/api/v1/executions", headers=other.bearer)).body["items"] == []


async def test_a_signal_past_its_time_expires_once_and_is_told(hub: RunningHub) -> None:
    producer = await hub.producer()
    due, later = await producer.opened(), await producer.opened()
    await signals.expire(hub.res)
    async with signed_in(hub) as stream:
        await stream.sub("signals")
        statement = "update trading.signals set expires_at = now() where id = $1::text::uuid"
        await hub.res.db.execute(statement, due)
        assert await signals.expire(hub.res) == 1
        assert await signals.expire(hub.res) == 0
        [event] = await stream.take(1)
        assert (event["type"], event["data"]["id"]) == ("signal.expired", due)
        assert (event["data"]["status"], event["data"]["close_reason"]) == ("expired", "expired")
    person = await hub.person()
    for signal_id, status in ((due, "expired"), (later, "open")):
        shown = await hub.call("GET", f"/api/v1/signals/{signal_id}", headers=person.bearer)
        assert shown.body["status"] == status


async def test_signals_are_listed_by_status_page_by_page(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    ids = [await producer.opened() for _ in range(4)]
    await producer.cancel(ids[1])
    listed = await hub.call("GET", "/api/v1/signals?status=cancelled&limit=1", headers=person.bearer)
    assert [item["id"] for item in listed.body["items"]] == [ids[1]]
    first = (await hub.call("GET", "/api/v1/signals?status=open&limit=2", headers=person.bearer)).body
    assert [item["id"] for item in first["items"]] == [ids[3], ids[2]]
    path = f"/api/v1/signals?status=open&limit=1&cursor={first['next_cursor']}"
    second = (await hub.call("GET", path, headers=person.bearer)).body
    assert [item["id"] for item in second["items"]] == [ids[0]]
    assert all(item["my_decision"] is None for item in first["items"])


async def test_an_unknown_signal_or_filter_is_refused(hub: RunningHub) -> None:
    person = await hub.person()
    for path, status in (
        (f"/api/v1/signals/{uuid4()}", 404),
        ("/api/v1/signals/x", 404),
        ("/api/v1/signals?status=lost", 422),
        ("/api/v1/signals?limit=201", 422),
        ("/api/v1/signals?cursor=x", 422),
    ):
        assert (await hub.call("GET", path, headers=person.bearer)).status == status


async def test_the_terminal_s_own_clock_is_not_believed(hub: RunningHub) -> None:
    person = await hub.person()
    device = await hub.device(person)
    await hub.approve(person, await (await hub.producer()).opened())
    began = now_text()
    answer = await device.ack(await one_command(device), "placed", at=in_hours(-500))
    assert answer.body["created_at"] >= began[:19]
