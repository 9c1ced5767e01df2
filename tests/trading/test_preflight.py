"""Preflight through the hub: reports and certificates."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from hub.trading.preflight import service
from tests import metrics
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.looks import broker, linked
from tests.trading.preflights import (
    PATH,
    certificates,
    euro,
    flown,
    gold,
    real,
    refusal,
    report,
    run_out,
    send,
    shown,
    trade,
)


async def test_what_is_shown_is_what_was_answered_and_its_hash_can_be_checked(hub: RunningHub) -> None:
    account = await real(hub)
    assert await shown(account) == {
        "account_id": account.id,
        "reported_at": None,
        "findings": [],
        "certificate": None,
        "gap": "not_reported",
    }
    answer = await flown(account)
    assert await shown(account) == answer
    certificate = answer["certificate"]
    text = msgspec.json.encode(certificate["content"], order="sorted")
    assert hashlib.sha256(text).hexdigest() == certificate["hash"]
    held = datetime.fromisoformat(certificate["valid_until"]) - datetime.fromisoformat(
        certificate["issued_at"]
    )
    assert held == timedelta(days=30)


async def test_equal_figures_confirm_and_other_figures_supersede(hub: RunningHub) -> None:
    account = await real(hub)
    first = (await flown(account))["certificate"]
    again = (await flown(account, 2, gold(tick_value="1.002")))["certificate"]
    assert (again["id"], again["hash"]) == (first["id"], first["hash"])
    assert again["valid_until"] > first["valid_until"]
    other = (await flown(account, 3, leverage=50))["certificate"]
    assert (other["version"], other["id"] == first["id"]) == (2, False)
    assert await certificates(account) == [(1, "superseded", first["hash"]), (2, None, other["hash"])]
    assert await refusal(account) is None


async def test_a_report_that_does_not_pass_takes_the_certificate_away(hub: RunningHub) -> None:
    account = await real(hub)
    await flown(account)
    answer = await flown(account, 2, algo_allowed=False)
    assert (answer["certificate"], answer["gap"]) == (None, "failed")
    refused = await trade(account)
    assert refused.body["reason"] == "failed"
    assert [each["reason"] for each in refused.body["findings"]] == ["algo_off"]
    assert (await flown(account, 3))["certificate"]["version"] == 2
    assert [why for _, why, _ in await certificates(account)] == ["failed", None]
    assert await refusal(account) is None


async def test_an_older_report_and_a_repeated_one_change_nothing(hub: RunningHub) -> None:
    account, seen = await real(hub), metrics.here()
    first = await flown(account, 5)
    for seq in (5, 4):
        assert await flown(account, seq, trade_allowed=False) == first
    assert await shown(account) == first
    moved = metrics.moved(seen, "preflight_reports_total")
    assert moved == {
        "preflight_reports_total{result=issued}": 1.0,
        "preflight_reports_total{result=old}": 2.0,
    }


async def test_a_certificate_lapses_by_the_clock_and_is_told_once(hub: RunningHub) -> None:
    account = await real(hub)
    await flown(account)
    await account.told()
    await run_out(account)
    assert await refusal(account) == "lapsed"
    assert (await shown(account))["gap"] == "lapsed"
    async with signed_in(hub, account.person) as stream:
        await stream.sub(f"preflight:{account.person.id}")
        assert await service.lapse(hub.res) >= 1
        event = await stream.receive()
        assert (event["type"], event["data"]["because"]) == ("preflight.lost", "lapsed")
        await service.lapse(hub.res)
        assert await stream.quiet()
    assert [why for _, why, _ in await certificates(account)] == ["lapsed"]
    assert (await flown(account, 2))["certificate"]["version"] == 2
    assert await refusal(account) is None


async def test_equal_figures_after_the_end_are_a_new_certificate(hub: RunningHub) -> None:
    account = await real(hub)
    first = (await flown(account))["certificate"]
    await run_out(account)
    again = (await flown(account, 2))["certificate"]
    assert (again["version"], again["hash"]) == (2, first["hash"])
    assert [why for _, why, _ in await certificates(account)] == ["lapsed", None]


async def test_the_first_report_proves_whose_the_account_is(hub: RunningHub) -> None:
    person, at = await hub.person(), broker()
    device = await hub.device(person)
    assert (await send(device, report(at))).status == 404
    id = (await linked(hub, person, at))["account"]["id"]
    assert (await send(device, report(at))).body["account_id"] == id
    listed = (await hub.call("GET", "/api/v1/accounts", headers=person.bearer)).body["items"]
    assert [(each["state"], each["proof"], each["kind"]) for each in listed] == [
        ("verified", "device", "real")
    ]


async def test_issued_and_lost_are_told_and_audited(hub: RunningHub) -> None:
    account = await real(hub)
    stranger = await hub.person()
    async with signed_in(hub, account.person) as stream, signed_in(hub, stranger) as elsewhere:
        await stream.sub(f"preflight:{account.person.id}")
        await elsewhere.sub(f"preflight:{stranger.id}")
        issued = await flown(account)
        await flown(account, 2)
        await flown(account, 3, algo_allowed=False)
        events = await stream.take(2)
        assert await elsewhere.quiet()
    until_ = issued["certificate"]["valid_until"]
    told = {"account_id": account.id, "version": 1, "instruments": {"XAUUSD": "XAUUSD"}}
    assert [(each["type"], each["data"]) for each in events] == [
        ("preflight.issued", told | {"because": None, "valid_until": until_}),
        ("preflight.lost", told | {"because": "failed", "valid_until": None}),
    ]
    rows = await hub.rows(
        """select action, actor_id, actor_role, meta::text::jsonb ->> 'device', meta::text::jsonb ->> 'hash'
           from identity.audit_log where target = $1 order by seq""",
        f"certificate:{issued['certificate']['id']}",
    )
    device, hash = account.device.id, issued["certificate"]["hash"]
    assert [tuple(row) for row in rows] == [
        ("preflight.issue", account.person.id, "device", device, hash),
        ("preflight.end", account.person.id, "device", device, None),
    ]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"mode": None}, "/mode"),
        ({"kind": "live"}, "/kind"),
        ({"seq": -1}, "/seq"),
        ({"time": "2026-11-22T10:00:00"}, "/time"),
        ({"leverage": "much"}, "/leverage"),
        ({"extra": 1}, "/extra"),
        ({"symbols": [gold(contract_size="0")]}, "/symbols/0/contract_size"),
        ({"symbols": [gold(contract_size="NaN")]}, "/symbols/0/contract_size"),
        ({"symbols": [euro(), gold(tick_value="-1")]}, "/symbols/1/tick_value"),
        ({"symbols": [gold(), gold()]}, "/symbols"),
        ({"symbols": [gold(filling=["all"])]}, "/symbols/0/filling/0"),
        ({"symbols": [gold(trade_mode="half")]}, "/symbols/0/trade_mode"),
        ({"symbols": [gold(stops_level=-1)]}, "/symbols/0/stops_level"),
        ({"symbols": [gold(name="a\x00b")]}, "/symbols/0/name"),
    ],
)
async def test_a_wrong_value_is_refused_named_and_changes_nothing(
    hub: RunningHub, changed: dict[str, Any], pointer: str
) -> None:
    account = await real(hub)
    before = await flown(account, leverage=100)
    answer = await send(account.device, report(account.broker, 2) | changed)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert await shown(account) == before


async def test_a_terminal_without_its_broker_is_not_believed(hub: RunningHub) -> None:
    account = await real(hub)
    before = await flown(account)
    answer = await send(account.device, report(account.broker, 2, connected=False, trade_allowed=False))
    assert (answer.status, answer.body["type"]) == (409, "/problems/terminal-offline")
    assert await shown(account) == before


async def test_a_clock_that_is_off_is_found(hub: RunningHub) -> None:
    account = await real(hub)
    off = (datetime.now(UTC) - timedelta(seconds=120)).isoformat()
    answer = await flown(account, time=off)
    assert [(f["reason"], f["severity"]) for f in answer["findings"] if f["instrument"] is None] == [
        ("clock_skew", "block")
    ]
    assert answer["certificate"] is None


async def test_only_the_signed_terminal_of_its_owner_reports(hub: RunningHub) -> None:
    account, stranger = await real(hub), await hub.person()
    body = report(account.broker)
    assert (await hub.call("POST", PATH, body)).status == 401
    assert (await hub.call("POST", PATH, body, account.person.bearer)).status == 401
    foreign = await hub.device(stranger)
    assert (await send(foreign, body)).status == 404
    assert (await shown(account))["reported_at"] is None


async def test_of_reports_at_once_the_newest_is_kept_and_one_certificate_is_in_force(hub: RunningHub) -> None:
    account = await real(hub)
    bodies = [report(account.broker, seq, leverage=100 + seq % 3) for seq in range(1, 13)]
    answers = await asyncio.gather(*(send(account.device, body) for body in bodies))
    assert {answer.status for answer in answers} == {200}
    in_force = [version for version, why, _ in await certificates(account) if why is None]
    assert len(in_force) == 1
    now = await shown(account)
    assert (now["certificate"]["version"], now["certificate"]["content"]["leverage"]) == (in_force[0], 100)
