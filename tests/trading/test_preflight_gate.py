"""What a live order is not issued without."""

import asyncio
from typing import Any

import msgspec
import pytest

from hub.trading.preflight import gate, store
from tests import metrics
from tests.hubs import RunningHub, in_hours, until
from tests.stream.sockets import signed_in
from tests.trading.looks import broker, linked, sent, verified
from tests.trading.preflights import (
    REAL,
    certificates,
    euro,
    flown,
    gold,
    real,
    refusal,
    report,
    send,
    trade,
)


async def test_a_live_account_trades_when_it_has_passed_and_not_before(hub: RunningHub) -> None:
    account, seen = await real(hub), metrics.here()
    refused = await trade(account)
    assert (refused.status, refused.body["reason"]) == (409, "not_reported")
    assert "Start the EA" in refused.body["detail"]
    assert (await account.device.poll()).body["commands"] == []
    answer = await flown(account, 1, gold("XAUUSD.a"))
    assert answer["gap"] is None
    assert answer["certificate"]["instruments"] == {"XAUUSD": "XAUUSD.a"}
    assert await refusal(account) is None
    assert len((await account.device.poll()).body["commands"]) == 1
    moved = metrics.moved(seen, "preflight_refused_total")
    assert moved == {"preflight_refused_total{reason=not_reported}": 1.0}


async def test_a_rejection_needs_no_certificate(hub: RunningHub) -> None:
    account = await real(hub)
    answer = await hub.approve(account.person, await (await hub.producer()).opened(), "rejected")
    assert answer.status == 201


async def test_the_certificate_is_of_the_instruments_that_passed(hub: RunningHub) -> None:
    account = await real(hub)
    await flown(account, 1, gold(), euro(contract_size="1000", tick_value="0.01"))
    assert await refusal(account, "EURUSD") == "instrument"
    assert await refusal(account, "XAUUSD") is None
    assert await refusal(account, "US500") == "instrument"
    answer = await trade(account, "EURUSD")
    assert [(f["reason"], f["instrument"]) for f in answer.body["findings"]] == [("contract_size", "EURUSD")]
    assert answer.body["findings"][0]["figures"] == {"found": "1000", "needed": "100000"}


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ({"algo_allowed": False}, "changed"),
        ({"trade_allowed": False}, "changed"),
        ({"leverage": 200}, "changed"),
        ({"mode": "netting"}, "changed"),
        ({"leverage": 100}, None),
        ({"leverage": 0}, None),
    ],
)
async def test_a_later_look_that_says_otherwise_keeps_trades_out(
    hub: RunningHub, look: dict[str, Any], reason: str | None
) -> None:
    account = await real(hub)
    await flown(account)
    await sent(account.device, account.broker.look(1, **(REAL | look)))
    assert await refusal(account) == reason
    # What is mended is reported again.
    if "mode" not in look:
        await sent(account.device, account.broker.look(2, **REAL, leverage=100))
        assert await refusal(account) is None


async def test_another_terminal_must_pass_itself(hub: RunningHub) -> None:
    account = await real(hub)
    await flown(account)
    second = await hub.device(account.person, "second")
    assert (await send(second, report(account.broker, 2))).status == 409
    await hub.call("POST", f"/api/v1/devices/{account.device.id}/revoke", {}, account.person.bearer)
    await sent(second, account.broker.look(1, **REAL))
    assert await refusal(account) == "other_terminal"
    # It counts in its own way.
    assert (await send(second, report(account.broker, 1))).body["certificate"]["version"] == 2
    assert await refusal(account) is None


async def test_every_live_account_of_a_person_must_have_passed(hub: RunningHub) -> None:
    account, other = await real(hub), broker()
    await flown(account)
    second = await hub.device(account.person, "second")
    id = (await linked(hub, account.person, other))["account"]["id"]
    await sent(second, other.look(0, **REAL))
    answer = await trade(account)
    assert (answer.status, answer.body["account_id"]) == (409, id)
    await send(second, report(other, 1))
    assert (await trade(account)).status == 201


@pytest.mark.parametrize("kind", ["demo", "contest"])
async def test_a_demo_account_trades_and_is_warned(hub: RunningHub, kind: str) -> None:
    account, seen = await verified(hub, {"kind": kind}), metrics.here()
    async with signed_in(hub, account.person) as stream:
        await stream.sub(f"preflight:{account.person.id}")
        assert (await trade(account)).status == 201
        event = await stream.receive()
        assert (event["type"], event["data"]["because"]) == ("preflight.warned", "not_reported")
        await flown(account, kind=kind)
        assert (await stream.receive())["type"] == "preflight.issued"
        assert (await trade(account)).status == 201
        assert await stream.quiet()
    moved = metrics.moved(seen, "preflight_warned_total")
    assert moved == {"preflight_warned_total{reason=not_reported}": 1.0}


async def test_what_nobody_has_said_is_taken_for_real(hub: RunningHub) -> None:
    account = await verified(hub, {"kind": None})
    assert await refusal(account) == "not_reported"


async def test_a_demo_account_that_turns_out_real_is_stopped(hub: RunningHub) -> None:
    account = await verified(hub, {"mode": "hedging"})
    await flown(account, kind="demo")
    assert await refusal(account) is None
    await sent(account.device, account.broker.look(1, **REAL))
    assert await refusal(account) == "changed"


async def test_a_report_waits_for_the_trade_that_is_being_opened(hub: RunningHub) -> None:
    """A trade has passed the gate and not committed: the report that takes the certificate away comes after it."""
    account = await real(hub)
    await flown(account)
    async with hub.res.db.transaction() as tx:
        await gate.allow(tx, hub.res, account.person.id, "XAUUSD")
        losing = asyncio.get_running_loop().create_task(
            send(account.device, report(account.broker, 2, algo_allowed=False))
        )
        await hub.until_waiting(1)
        assert not losing.done()
        assert [why for _, why, _ in await certificates(account)] == [None]
    assert (await losing).body["certificate"] is None
    assert await refusal(account) == "failed"


async def test_without_the_hold_the_report_would_not_wait(hub: RunningHub) -> None:
    """The control of the test above: who only reads the certificate opens a trade after it was lost."""
    account = await real(hub)
    id = (await flown(account))["certificate"]["id"]
    async with hub.res.db.transaction() as tx:
        assert [
            str(each.id) for each in await store.certificates(tx, [msgspec.convert(account.id, type=Any)])
        ] == [id]
        assert (await send(account.device, report(account.broker, 2, algo_allowed=False))).status == 200


async def test_trades_and_reports_at_once_never_trade_without_a_certificate(hub: RunningHub) -> None:
    """Approvals race with reports that take the certificate and give it back; each refusal leaves no command."""
    account, producer = await real(hub), await hub.producer()
    await flown(account)
    ids = [await producer.opened() for _ in range(12)]

    async def turn() -> None:
        for seq in range(2, 14):
            await flown(account, seq, algo_allowed=bool(seq % 2))

    answers, _ = await asyncio.gather(
        asyncio.gather(*(hub.approve(account.person, id) for id in ids)), turn()
    )
    assert {answer.status for answer in answers} <= {201, 409}
    commands = await hub.rows("select signal_id from trading.commands where user_id = $1", account.person.id)
    allowed = {answer.body["signal_id"] for answer in answers if answer.status == 201}
    assert {str(row[0]) for row in commands} == allowed
    # Each command was issued while a certificate was in force.
    [outside] = await hub.rows(
        """select count(*) from trading.commands as k where k.user_id = $1 and not exists (
             select 1 from trading.certificates as c where c.account_id = $2::text::uuid
             and c.issued_at <= k.issued_at and (c.ended_at is null or c.ended_at >= k.issued_at))""",
        account.person.id,
        account.id,
    )
    assert outside[0] == 0


async def test_a_signal_that_ends_is_refused_for_that_first(hub: RunningHub) -> None:
    account, producer = await real(hub), await hub.producer()
    id = await producer.opened(expires_at=in_hours(1))
    await producer.cancel(id)
    assert (await hub.approve(account.person, id)).body["type"] == "/problems/signal-closed"


async def test_an_unlinked_account_asks_for_nothing(hub: RunningHub) -> None:
    account = await real(hub)
    assert await refusal(account) == "not_reported"
    gone = await hub.call("DELETE", f"/api/v1/accounts/{account.id}", headers=account.person.bearer)
    assert gone.status == 204

    async def allowed() -> bool:
        return await refusal(account) is None

    await until(allowed)
