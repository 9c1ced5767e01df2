"""Copying is turned on under the words in force, off at once, and tightened but not loosened."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from hub.core.embedded import Endpoints
from hub.trading.copying import consent
from hub.trading.copying.settings import settings
from tests import metrics
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.copiers import Copying, candidate, copied, copying
from tests.trading.looks import verified
from tests.trading.test_poll import plain

pytestmark = pytest.mark.usefixtures("nobody_copies")

OLD = "2026-01-01"


async def consents(mine: Copying) -> list[tuple[str, str]]:
    query = "select act, version from trading.copy_consents where user_id = $1 order by id"
    return [tuple(row) for row in await mine.hub.rows(query, mine.person.id)]


async def test_the_words_in_force_promise_nothing_and_anybody_may_read_them(hub: RunningHub) -> None:
    answer = await hub.call("GET", "/api/v1/copy/consent")
    assert (answer.status, answer.body["version"]) == (200, consent.current().version)
    assert "No returns are promised" in answer.body["text"]
    assert "I can lose money" in answer.body["text"]


async def test_nobody_copies_unasked(hub: RunningHub) -> None:
    mine = await candidate(hub)
    said = await mine.status()
    assert (said["enabled"], said["running"], said["paused_by"]) == (False, False, [])
    assert said["consent"] == {"needed": consent.current().version, "given": None, "given_at": None}
    await mine.earn()
    signal_id = await mine.signal()
    await copied(hub)
    assert await mine.placements(signal_id) == []


async def test_copying_is_turned_on_once_and_off_once(hub: RunningHub) -> None:
    mine, before, version = await candidate(hub), metrics.here(), consent.current().version
    said = await mine.on(multiplier_bp=5_000)
    assert (said["enabled"], said["running"], said["multiplier_bp"]) == (True, True, 5_000)
    assert said["consent"]["given"] == version
    assert await mine.on(multiplier_bp=5_000) == said
    counted = metrics.moved(before, "copy_enable_total", "copy_consent_signed_total")
    assert counted == {"copy_enable_total": 1, "copy_consent_signed_total": 1}
    off = (await mine.call("disable")).body
    assert (off["enabled"], off["running"], off["consent"]["given"]) == (False, False, None)
    assert (await mine.call("disable")).body == off
    assert await consents(mine) == [("given", version), ("withdrawn", version)]
    assert await mine.audited() == ["copy.enable", "copy.disable"]


async def test_other_words_than_those_in_force_are_refused_and_the_answer_names_them(
    hub: RunningHub,
) -> None:
    mine = await candidate(hub)
    answer = await mine.call("enable", {"consent_version": OLD})
    assert (answer.status, answer.body["type"]) == (409, "/problems/consent-outdated")
    assert answer.body["current_version"] == consent.current().version
    assert (await mine.status())["enabled"] is False
    assert await consents(mine) == []


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("enable", {}, "/consent_version"),
        ("enable", {"consent_version": ""}, "/consent_version"),
        ("enable", {"consent_version": "now", "multiplier_bp": 20_001}, "/multiplier_bp"),
        ("enable", {"consent_version": "now", "multiplier_bp": 99}, "/multiplier_bp"),
        ("enable", {"consent_version": "now", "max_drift_points": -1}, "/max_drift_points"),
        ("enable", {"consent_version": "now", "yes": True}, "/yes"),
        ("risk", {"max_trade_risk_bp": 0}, "/max_trade_risk_bp"),
        ("risk", {"max_trade_risk_bp": 201}, "/max_trade_risk_bp"),
        ("risk", {"max_exposure_bp": 5_001, "daily_stop_bp": 900}, "/max_exposure_bp"),
        ("risk", {"daily_stop_bp": "a lot"}, "/daily_stop_bp"),
        ("risk", {"min_equity": 49_999}, "/min_equity"),
        ("risk", {"liquidation_equity": 1}, "/liquidation_equity"),
        ("risk", {"max_trades_a_day": 1_001}, "/max_trades_a_day"),
        ("risk", {"max_volume": "5.01"}, "/max_volume"),
        ("risk", {"max_volume": "0"}, "/max_volume"),
        ("risk", {"max_volume": "NaN"}, "/max_volume"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    hub: RunningHub, verb: str, body: Any, pointer: str
) -> None:
    mine = await candidate(hub)
    before = await mine.status()
    answer = await mine.call(verb, body)
    assert answer.status == 422, answer.raw
    assert [error["pointer"] for error in answer.body["errors"]] == [pointer]
    assert await mine.status() == before
    assert await mine.audited() == []


async def test_limits_of_copied_trades_are_tightened_one_by_one_and_taken_back(hub: RunningHub) -> None:
    mine = await candidate(hub)
    base = (await mine.status())["limits"]["base"]
    for body in ({"max_trade_risk_bp": 100}, {"max_exposure_bp": 2_000, "max_volume": "0.5"}):
        assert (await mine.call("risk", body)).status == 200
    limits = (await mine.status())["limits"]
    assert limits["effective"] == base | {"max_trade_risk_bp": 100, "max_exposure_bp": 2_000}
    house = {"max_trades_a_day": settings().trades_a_day, "max_volume": "5"}
    assert limits["base"] == base
    assert limits["most"] == {
        "effective": house | {"max_volume": "0.5"},
        "base": house,
        "own": {"max_trades_a_day": None, "max_volume": "0.5"},
    }
    # Other trades of the person are not concerned.
    risk = await hub.call("GET", "/api/v1/risk/me", headers=mine.person.bearer)
    assert risk.body["effective"] == base
    back = (await mine.call("risk", {"max_trade_risk_bp": None, "max_volume": None})).body["limits"]
    assert back["effective"] == base | {"max_exposure_bp": 2_000}
    nothing = {"max_trades_a_day": None, "max_volume": None}
    assert back["most"] == {"effective": house, "base": house, "own": nothing}
    assert await mine.audited() == ["copy.risk"] * 3


async def test_whose_the_prices_are_that_a_consent_covers_is_told(hub: RunningHub) -> None:
    mine, house = await candidate(hub), {"max_drift_points": 50, "max_spread_points": 100}
    nothing = dict.fromkeys(house)
    assert (await mine.status())["tolerance"] == {"effective": house, "base": house, "own": nothing}
    told = (await mine.on(max_drift_points=70))["tolerance"]
    assert told == {
        "effective": house | {"max_drift_points": 70},
        "base": house,
        "own": nothing | {"max_drift_points": 70},
    }
    # What is the house's today is one's own when one says so, and stays if the house's changes.
    said = (await mine.on(max_spread_points=100))["tolerance"]
    assert said == {"effective": house, "base": house, "own": nothing | {"max_spread_points": 100}}


async def test_limits_that_hold_anyway_hold_for_copied_trades_too(hub: RunningHub) -> None:
    """The owner's for a person, and the person's own for everything: the tightest wins, whoever set it last."""
    mine, owner = await candidate(hub), await hub.person("owner")
    assert (await mine.call("risk", {"max_exposure_bp": 3_000})).status == 200
    path = f"/api/v1/risk/users/{mine.person.id}"
    assert (await hub.call("PUT", path, {"max_exposure_bp": 2_500}, owner.bearer)).status == 200
    assert (await mine.status())["limits"]["effective"]["max_exposure_bp"] == 2_500
    # What one set before and is looser now keeps nobody from tightening something else.
    assert (await mine.call("risk", {"daily_stop_bp": 500})).status == 200
    assert (await hub.call("PUT", path, {"max_exposure_bp": 8_000}, owner.bearer)).status == 200
    effective = (await mine.status())["limits"]["effective"]
    assert (effective["max_exposure_bp"], effective["daily_stop_bp"]) == (3_000, 500)


async def test_new_words_pause_copying_until_they_are_accepted(hub: RunningHub) -> None:
    mine = await copying(hub)
    # As it stands after the house has put a newer file beside the one that was agreed to.
    await hub.rows("update trading.copiers set consent_version = $2 where user_id = $1", mine.person.id, OLD)
    said = await mine.status()
    assert (said["enabled"], said["running"]) == (True, False)
    assert [hold["reason"] for hold in said["paused_by"]] == ["consent"]
    before = await mine.traces()
    assert await mine.copied() == ("kept_out", "consent")
    assert await mine.traces() == before
    assert (await mine.on())["running"] is True
    assert await mine.copied() == ("placed", None)
    version = consent.current().version
    assert await consents(mine) == [("given", version)] * 2


async def test_a_consent_once_given_is_never_changed(hub: RunningHub, servers: Endpoints) -> None:
    mine = await candidate(hub)
    await mine.on()
    statements = ("update trading.copy_consents set version = 'x'", "delete from trading.copy_consents")
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await hub.rows(statement)
    owner = await asyncpg.connect(servers.owner_dsn)
    try:
        for statement in (*statements, "truncate trading.copy_consents"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await owner.execute(statement)
    finally:
        await owner.close()
    [row] = await hub.rows("select * from trading.copy_consents where user_id = $1", mine.person.id)
    assert bytes(row["text_hash"]) == consent.digest(consent.current().version)
    assert str(row["ip"]).startswith("127.0.0.1")
    assert row["ua"]


async def test_taking_consent_back_takes_back_what_has_not_filled(hub: RunningHub) -> None:
    mine = await copying(hub)
    assert await mine.copied() == ("placed", None)
    [opened] = await mine.orders()
    assert (await mine.call("disable")).status == 200
    [back] = await mine.orders()
    assert (back["kind"], back["opens"]) == ("cancel", opened["command_id"])
    # So does what waits at the broker for its price; what has filled stays.
    for fill, taken_back in (({}, ["cancel"]), ({"fill_price": "1900"}, [])):
        await mine.failed()
        await mine.on()
        assert await mine.copied() == ("placed", None)
        [command] = (await mine.device.poll()).body["commands"]
        assert (await mine.device.ack(command["id"], "placed", broker_ticket="1", **fill)).status == 200
        assert (await mine.call("disable")).status == 200
        assert [each["kind"] for each in await mine.orders()] == taken_back


async def test_a_signal_that_was_taken_back_can_still_be_cancelled(hub: RunningHub) -> None:
    mine, other = await copying(hub), await hub.person()
    device = await hub.device(other)
    signal_id = await mine.signal()
    await copied(hub)
    assert (await hub.approve(other, signal_id)).status == 201
    assert (await mine.call("disable")).status == 200
    before = await mine.orders()
    assert (await mine.producer.cancel(signal_id)).status == 200
    assert [each["kind"] for each in before] == ["cancel"] and await mine.orders() == before
    [told] = (await device.poll()).body["commands"]
    assert plain(device, told)["kind"] == "cancel"


async def test_what_was_proposed_before_copying_ran_is_not_copied(hub: RunningHub) -> None:
    mine = await candidate(hub)
    await mine.earn()
    signal_id = await mine.signal()
    await mine.on()
    await copied(hub)
    assert await mine.placements(signal_id) == []
    later = await mine.signal()
    # To turn on what runs, with another size, loses nothing.
    await mine.on(multiplier_bp=5_000)
    await copied(hub)
    assert await mine.placements(later) == [("placed", None)]


async def test_the_status_says_everything_that_stops_copying(hub: RunningHub) -> None:
    mine = await copying(hub)
    assert (await hub.call("PATCH", "/api/v1/trading/pause", {}, mine.person.bearer)).status == 200
    assert (await hub.call("POST", "/api/v1/paper/enable", {}, mine.person.bearer)).status == 201
    said = await mine.status()
    assert said["running"] is False
    assert [hold["reason"] for hold in said["paused_by"]] == ["paused", "paper"]
    stranger = Copying(hub, await verified(hub), await hub.producer(), "s")
    await hub.rows("update trading.accounts set state = 'pending' where user_id = $1", stranger.person.id)
    said = await stranger.on()
    assert [hold["reason"] for hold in said["paused_by"]] == ["no_account"]


async def test_it_is_told_as_it_happens(hub: RunningHub) -> None:
    mine = await candidate(hub)
    await mine.earn()
    async with signed_in(hub, mine.person) as stream:
        await stream.sub(f"copying:{mine.person.id}")
        await mine.on()
        await mine.call("risk", {"max_volume": "1"})
        signal_id = await mine.signal()
        await copied(hub)
        await mine.call("disable")
        events = [await stream.receive() for _ in range(4)]
    kinds = [event["type"] for event in events]
    assert kinds == ["copy.enabled", "copy.tightened", "copy.placed", "copy.disabled"]
    assert events[2]["data"]["signal_id"] == signal_id
    assert events[2]["data"]["figures"]["volume"] == "0.05"


async def test_an_old_sign_in_must_be_proven_anew_to_turn_it_on(hub: RunningHub) -> None:
    person = await hub.person()
    stale = {"authorization": f"Bearer {hub.token(person.id, 'user', at=0)}"}
    body = {"consent_version": consent.current().version}
    answer = await hub.call("POST", "/api/v1/copy/enable", body, stale)
    assert (answer.status, answer.body["type"]) == (403, "/problems/step-up-required")
    # To turn it off is never made hard.
    assert (await hub.call("POST", "/api/v1/copy/disable", headers=stale)).status == 200


async def test_the_same_request_twice_is_one(hub: RunningHub) -> None:
    mine, key = await candidate(hub), {"idempotency-key": uuid4().hex}
    body = {"consent_version": consent.current().version}
    headers = mine.person.bearer | key
    first, again = [await hub.call("POST", "/api/v1/copy/enable", body, headers) for _ in range(2)]
    assert (first.status, first.raw) == (again.status, again.raw)
    assert len(await consents(mine)) == 1
