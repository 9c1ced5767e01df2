"""Somebody else's object: for every route that names one, what a caller of the right kind gets for another's."""

import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from hub.core.web import PREFIX
from hub.rooms import APIS
from hub.trading.approvals.rules import CONSENT
from hub.trading.trades import service as trades
from hub.trading.trades.models import Plan
from tests.hubs import PASSWORD, Person, RunningHub
from tests.identity.teams import Team

Ids = dict[str, str]
Make = Callable[[RunningHub, Person], Awaitable[Ids]]


async def session(hub: RunningHub, whose: Person) -> Ids:
    body = {"email": whose.email, "password": PASSWORD}
    await hub.call("POST", "/api/v1/auth/login", body)
    [row] = await hub.rows("select id from identity.sessions where user_id = $1", whose.id)
    return {"id": str(row[0])}


async def person(hub: RunningHub, whose: Person) -> Ids:
    return {"id": str(whose.id)}


async def somebody(hub: RunningHub, whose: Person) -> Ids:
    return {"user_id": str(whose.id)}


async def api_key(hub: RunningHub, whose: Person) -> Ids:
    body = {"name": uuid4().hex, "scopes": ["users:read"], "expires_in_days": 1}
    return {"id": (await hub.call("POST", "/api/v1/api-keys", body, whose.bearer)).body["info"]["id"]}


async def team(hub: RunningHub, whose: Person) -> Ids:
    made = await hub.call("POST", "/api/v1/organisations", {"name": "Theirs"}, whose.bearer)
    return {"organisation_id": made.body["id"], "user_id": str(whose.id)}


async def invitation(hub: RunningHub, whose: Person) -> Ids:
    ids = await team(hub, whose)
    path = f"/api/v1/organisations/{ids['organisation_id']}/invitations"
    body = {"email": (await hub.person()).email, "role": "member"}
    return ids | {"id": (await hub.call("POST", path, body, whose.bearer)).body["id"]}


async def device(hub: RunningHub, whose: Person) -> Ids:
    return {"id": (await hub.device(whose)).id}


async def signal(hub: RunningHub, whose: Person) -> Ids:
    return {"id": await (await hub.producer()).opened()}


async def approval(hub: RunningHub, whose: Person) -> Ids:
    terminal = await hub.device(whose)
    answer = await hub.approve(whose, await (await hub.producer()).opened())
    [command] = (await terminal.poll()).body["commands"]
    assert (await terminal.ack(command["id"], "placed")).status == 200
    return {"approval_id": answer.body["id"]}


async def account(hub: RunningHub, whose: Person) -> Ids:
    body = {"broker": "A", "server": f"A-{uuid4().hex[:8]}", "login": "7001", "name": "mine"}
    made = await hub.call("POST", "/api/v1/accounts/link", body, whose.bearer)
    return {"id": made.body["account"]["id"]}


async def deputy(hub: RunningHub, whose: Person) -> Ids:
    ids, other = await team(hub, whose), await hub.person()
    made = Team(hub, ids["organisation_id"])
    await made.join(whose, other)
    body = {"organisation_id": made.id, "deputy_id": str(other.id)}
    named = await hub.call("POST", "/api/v1/deputies", body, whose.bearer)
    return {"id": named.body["id"]}


async def policy(hub: RunningHub, whose: Person) -> Ids:
    ids = await team(hub, whose)
    made, body = Team(hub, ids["organisation_id"]), {"needed": 1, "approvers": [str(whose.id)]}
    for answer in (
        await made.call(whose, "PUT", "/approval-policy", body),
        await made.call(whose, "POST", "/approval-policy/join"),
    ):
        assert answer.status == 200, answer.raw
    return ids


async def trade(hub: RunningHub, whose: Person) -> Ids:
    plan = Plan(user_id=whose.id, currency="USD", symbol="XAUUSD", direction="buy", volume=Decimal("0.1"))
    async with hub.res.db.transaction() as tx:
        return {"id": str((await trades.create_trade(hub.res, tx, plan)).id)}


MEMBER = {"role": "viewer"}
_ID = "0190b6a0-0000-7000-8000-000000000000"
DECISION = {"signal_id": _ID, "decision": "approved", "consent_version": CONSENT.version}
APPROVERS = {"needed": 1, "approvers": [_ID]}
# route -> (what there is, whose role, who asks, the body, the answer)
OBJECTS: dict[str, tuple[Make, str, str, Any, int]] = {
    "DELETE /auth/sessions/{id}": (session, "user", "user", None, 404),
    "GET /users/{id}": (person, "owner", "admin", None, 200),
    "PATCH /users/{id}": (person, "owner", "admin", {"role": "user"}, 403),
    "POST /users/{id}/lock": (person, "owner", "admin", None, 403),
    "POST /users/{id}/unlock": (person, "owner", "admin", None, 403),
    "POST /users/{id}/mfa/reset": (person, "owner", "admin", None, 403),
    "DELETE /users/{id}": (person, "owner", "admin", None, 403),
    "GET /admin/presence/{user_id}": (somebody, "user", "admin", None, 200),
    "PUT /admin/users/{id}/plan": (person, "user", "admin", {"plan": "pro"}, 200),
    "DELETE /api-keys/{id}": (api_key, "owner", "owner", None, 404),
    "POST /organisations/invitations/{id}/accept": (invitation, "user", "user", None, 404),
    "GET /organisations/{organisation_id}": (team, "user", "user", None, 404),
    "PATCH /organisations/{organisation_id}": (team, "user", "owner", {"name": "Mine"}, 404),
    "DELETE /organisations/{organisation_id}": (team, "user", "owner", None, 404),
    "GET /organisations/{organisation_id}/members": (team, "user", "user", None, 404),
    "PATCH /organisations/{organisation_id}/members/{user_id}": (team, "user", "owner", MEMBER, 404),
    "DELETE /organisations/{organisation_id}/members/{user_id}": (team, "user", "owner", None, 404),
    "POST /organisations/{organisation_id}/leave": (team, "user", "user", None, 404),
    "POST /organisations/{organisation_id}/invitations": (
        team,
        "user",
        "user",
        {"email": "me@example.com", "role": "admin"},
        404,
    ),
    "GET /organisations/{organisation_id}/invitations": (team, "user", "user", None, 404),
    "DELETE /organisations/{organisation_id}/invitations/{id}": (invitation, "user", "user", None, 404),
    "PUT /organisations/{organisation_id}/approval-policy": (policy, "user", "owner", APPROVERS, 404),
    "GET /organisations/{organisation_id}/approval-policy": (policy, "user", "user", None, 404),
    "DELETE /organisations/{organisation_id}/approval-policy": (policy, "user", "owner", None, 404),
    "POST /organisations/{organisation_id}/approval-policy/join": (policy, "user", "user", None, 404),
    "DELETE /organisations/{organisation_id}/approval-policy/traders/{user_id}": (
        policy,
        "user",
        "owner",
        None,
        404,
    ),
    "POST /organisations/{organisation_id}/votes": (
        policy,
        "user",
        "owner",
        DECISION | {"trader_id": _ID},
        404,
    ),
    "GET /organisations/{organisation_id}/votes": (policy, "user", "user", None, 404),
    "POST /deputies/{id}/revoke": (deputy, "user", "user", None, 404),
    "POST /deputies/{id}/approve": (deputy, "user", "user", DECISION, 404),
    # Signals are everybody's to read; what came of an approval is the operators'.
    "GET /signals/{id}": (signal, "user", "user", None, 200),
    "GET /executions/{approval_id}": (approval, "user", "admin", None, 200),
    "GET /reconciliation/{user_id}": (somebody, "user", "user", None, 404),
    "GET /trades/{id}": (trade, "user", "user", None, 404),
    "GET /risk/users/{user_id}": (somebody, "user", "owner", None, 200),
    "PUT /risk/users/{user_id}": (somebody, "user", "owner", {"daily_stop_bp": 500}, 200),
    "PATCH /devices/{id}": (device, "user", "user", {"name": "mine"}, 404),
    "POST /devices/{id}/rotate": (device, "user", "user", None, 404),
    "POST /devices/{id}/revoke": (device, "user", "user", None, 404),
    "POST /accounts/{id}/verify": (account, "user", "user", None, 404),
    "PUT /accounts/{id}/primary": (account, "user", "user", None, 404),
    "DELETE /accounts/{id}": (account, "user", "user", None, 404),
    "GET /accounts/{id}/positions": (account, "user", "user", None, 404),
    "GET /accounts/{id}/preflight": (account, "user", "user", None, 404),
    "POST /accounts/{id}/peak": (account, "user", "owner", {"because": "agreed"}, 404),
}
SIGNED = {"POST /signals/{id}/cancel"}


def test_every_route_that_names_an_object_is_in_the_table() -> None:
    routes = {endpoint.route.replace(f" {PREFIX}", " ") for api in APIS for endpoint in api.endpoints}
    assert {route for route in routes if "{" in route} == OBJECTS.keys() | SIGNED


@pytest.mark.parametrize("route", OBJECTS)
async def test_what_is_somebody_elses_stays_theirs(hub: RunningHub, route: str) -> None:
    make, whose, asks, body, status = OBJECTS[route]
    owner, caller = await hub.person(whose), await hub.person(asks)
    ids = await make(hub, owner)
    method, _, path = route.partition(" ")
    path = PREFIX + re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)
    answer = await hub.call(method, path, body, caller.bearer)
    assert answer.status == status, answer.raw
    if status == 404:
        # The same as for what does not exist: nobody learns that it does.
        nothing = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _: str(uuid4()), path)
        unknown = await hub.call(method, nothing, body, caller.bearer)
        assert (unknown.status, unknown.body["detail"]) == (404, answer.body["detail"])


async def test_another_producers_signal_is_not_cancelled(hub: RunningHub) -> None:
    id, other = await (await hub.producer()).opened(), await hub.producer()
    assert (await other.cancel(id)).status == 403


async def test_another_persons_command_is_not_acknowledged(hub: RunningHub) -> None:
    person, stranger = await hub.person(), await hub.person()
    own, foreign = await hub.device(person), await hub.device(stranger)
    await hub.approve(person, await (await hub.producer()).opened())
    [command] = (await own.poll()).body["commands"]
    assert (await foreign.poll()).body["commands"] == []
    assert (await foreign.ack(command["id"], "placed")).status == 404
    assert len((await own.poll()).body["commands"]) == 1
