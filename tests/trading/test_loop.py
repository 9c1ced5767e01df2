"""One signal, all the way: posted, seen, approved, fetched, executed, told."""

from hub.trading.approvals.rules import CONSENT
from tests.hubs import RunningHub, signal_body


async def test_a_signal_travels_to_the_terminal_and_back(hub: RunningHub) -> None:
    person, producer = await hub.person(), await hub.producer()
    device = await hub.device(person)

    posted = await producer.signal(signal_body())
    assert posted.status == 201, posted.raw
    signal_id = posted.body["id"]

    approval = {"signal_id": signal_id, "decision": "approved", "consent_version": CONSENT.version}
    decided = await hub.call("POST", "/api/v1/approve", approval, person.bearer)
    assert decided.status == 201, decided.raw

    polled = await device.poll(wait=5)
    assert polled.status == 200, polled.raw
    [command] = polled.body["commands"]
    acked = await device.ack(
        command["id"], "placed", broker_ticket="77", fill_price="1626.70", fill_volume="0.10"
    )
    assert acked.status == 200, acked.raw
    assert acked.body["signal_id"] == signal_id

    again = await device.poll()
    assert again.body["commands"] == []
    listed = await hub.call("GET", "/api/v1/executions", headers=person.bearer)
    assert [row["status"] for row in listed.body["items"]] == ["placed"]
