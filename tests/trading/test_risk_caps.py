"""Limits: everybody's, a person's by the owner, a person's own; and accounts that keep new trades out."""

from typing import Any

import pytest

from hub.trading.risk.settings import RiskSettings
from tests import metrics
from tests.hubs import RunningHub
from tests.trading.guarded import account, approved, stand, traces

ME, DEFAULTS = "/api/v1/risk/me", "/api/v1/risk/defaults"
ENV: dict[str, Any] = {
    "max_drawdown_bp": 1_000,
    "min_equity": 50_000,
    "liquidation_drawdown_bp": 2_000,
    "liquidation_equity": 10_000,
    "max_exposure_bp": 5_000,
    "max_trade_risk_bp": 200,
    "daily_stop_bp": 1_000,
    "max_leverage_x100": None,
}


@pytest.fixture
async def as_it_was(hub: RunningHub) -> Any:
    yield
    owner = await hub.person("owner")
    assert (await hub.call("PUT", DEFAULTS, ENV, owner.bearer)).status == 200


async def test_the_environments_limits_hold_first(hub: RunningHub) -> None:
    assert RiskSettings().caps().max_drawdown_bp == ENV["max_drawdown_bp"]
    mine = await hub.call("GET", ME, headers=(await hub.person()).bearer)
    assert mine.body["effective"] == mine.body["base"] == ENV
    assert set(mine.body["own"].values()) == {None}


async def test_a_person_tightens_and_does_not_loosen(hub: RunningHub) -> None:
    person = await hub.person()
    tight = {"max_drawdown_bp": 500, "min_equity": 60_000, "max_leverage_x100": 1_000}
    answer = await hub.call("PUT", ME, tight, person.bearer)
    assert answer.body["effective"] == ENV | tight
    loose = {"max_drawdown_bp": 1_001, "liquidation_equity": 9_999, "daily_stop_bp": 900}
    refused = await hub.call("PUT", ME, loose, person.bearer)
    assert refused.status == 422
    assert [error["pointer"] for error in refused.body["errors"]] == [
        "/max_drawdown_bp",
        "/liquidation_equity",
    ]
    assert (await hub.call("GET", ME, headers=person.bearer)).body == answer.body


async def test_the_owner_sets_a_persons_limits_looser_too_and_theirs_still_tighten(hub: RunningHub) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    await hub.call("PUT", ME, {"max_trade_risk_bp": 100}, person.bearer)
    path = f"/api/v1/risk/users/{person.id}"
    body = {"max_trade_risk_bp": 300, "daily_stop_bp": 2_000}
    answer = await hub.call("PUT", path, body, owner.bearer)
    assert answer.body["base"] == ENV | body
    assert answer.body["effective"] == ENV | {"max_trade_risk_bp": 100, "daily_stop_bp": 2_000}
    assert (await hub.call("GET", path, headers=owner.bearer)).body == answer.body


@pytest.mark.usefixtures("as_it_was")
async def test_everybodys_limits_are_replaced_audited_and_make_sense(hub: RunningHub) -> None:
    admin, person = await hub.person("admin"), await hub.person()
    await hub.call("PUT", ME, {"daily_stop_bp": 800}, person.bearer)
    assert (await hub.call("PUT", DEFAULTS, ENV | {"daily_stop_bp": 300}, admin.bearer)).status == 200
    assert (await hub.call("GET", ME, headers=person.bearer)).body["effective"]["daily_stop_bp"] == 300
    for wrong in (
        {"max_drawdown_bp": 2_001},
        {"min_equity": 9_999},
        {"daily_stop_bp": 0},
        {"min_equity": -1},
    ):
        assert (await hub.call("PUT", DEFAULTS, ENV | wrong, admin.bearer)).status == 422
    rows = await hub.rows("select action from identity.audit_log where actor_id = $1", admin.id)
    assert [row[0] for row in rows] == ["risk.defaults"]


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        ({"equity": 90_000}, "drawdown", "block"),
        ({"equity": 80_000}, "liquidation_drawdown", "liquidate"),
        ({"equity": 49_999, "peak": 50_000, "day": 50_000}, "equity_floor", "block"),
        ({"equity": 91_000, "day": 102_000}, "daily_stop", "block"),
        ({"margin": 50_001}, "exposure", "block"),
        ({"equity": 0}, "equity_unknown", "unknown"),
        ({"age": 121.0}, "snapshot_stale", "unknown"),
        ({"connected": False}, "snapshot_stale", "unknown"),
    ],
)
async def test_an_account_keeps_new_trades_out(
    hub: RunningHub, state: dict[str, Any], reason: str, outcome: str
) -> None:
    person, seen = await hub.person(), metrics.here()
    id = await account(hub, person, **state)
    before = await traces(hub, person)
    refused = await approved(hub, person)
    assert (refused.status, refused.body["type"]) == (409, "/problems/risk-blocked")
    assert (refused.body["reason"], refused.body["outcome"]) == (reason, outcome)
    assert refused.body["figures"]["account_id"] == str(id)
    assert await traces(hub, person) == before
    assert metrics.moved(seen, "risk_block_total") == {f"risk_block_total{{reason={reason}}}": 1.0}
    await stand(hub, id)
    assert (await approved(hub, person)).status == 201


async def test_a_limit_of_ones_own_keeps_trades_out_that_the_others_would_let_in(hub: RunningHub) -> None:
    person = await hub.person()
    await account(hub, person, equity=95_000)
    assert (await approved(hub, person)).status == 201
    await hub.call("PUT", ME, {"max_drawdown_bp": 500}, person.bearer)
    assert (await approved(hub, person)).body["reason"] == "drawdown"
