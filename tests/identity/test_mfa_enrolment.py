"""From no second factor to one, and back."""

import asyncio
import base64
import time
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest

from tests.hubs import RunningHub
from tests.identity.phones import (
    Phone,
    audited,
    bearer,
    code,
    enrolled,
    later,
    login,
    methods_of_sessions,
    mfa,
    sign_in,
    signed_in,
    step_up,
)

OFF = {"enabled": False, "required": False, "recovery_codes_left": 0}


async def test_an_owner_gets_from_the_first_sign_in_to_a_second_factor(hub: RunningHub) -> None:
    assert hub.res.settings.security.mfa_required_roles == ("owner", "admin")
    owner = await signed_in(hub, "owner")
    aggregate = f"/api/v1/executions/{uuid4()}"
    refused = await hub.call("GET", aggregate, headers=owner.bearer)
    assert (refused.status, refused.body["type"]) == (403, "/problems/mfa-required")
    assert (await hub.call("GET", "/api/v1/me", headers=owner.bearer)).body["role"] == "owner"
    assert (await mfa(hub, "GET", "", owner.bearer)).body == OFF | {"required": True}

    seed = (await mfa(hub, "POST", "/enrol", owner.bearer)).body["secret"]
    confirmed = await mfa(hub, "POST", "/confirm", owner.bearer, code=code(seed))
    assert confirmed.status == 200
    strong = bearer(confirmed)
    assert (await hub.call("GET", aggregate, headers=strong)).status == 404
    assert (await mfa(hub, "GET", "", strong)).body == {
        "enabled": True,
        "required": True,
        "recovery_codes_left": 10,
    }
    assert (await login(hub, owner.email)).body["type"] == "/problems/code-required"


@pytest.mark.parametrize("role", ["owner", "admin"])
async def test_the_roles_that_need_a_second_factor_cannot_disable_it(hub: RunningHub, role: str) -> None:
    phone = await enrolled(hub, role)
    answer = await mfa(hub, "DELETE", "", phone.bearer)
    assert answer.status == 403 and "cannot be disabled" in answer.body["detail"]
    assert (await mfa(hub, "GET", "", phone.bearer)).body["enabled"]


async def test_enrolling_gives_a_seed_and_a_uri_for_the_app(hub: RunningHub) -> None:
    person = await signed_in(hub)
    answer = await mfa(hub, "POST", "/enrol", person.bearer)
    assert answer.status == 201 and answer.body.keys() == {"secret", "uri"}
    assert len(base64.b32decode(answer.body["secret"])) == 20
    parts = urlsplit(answer.body["uri"])
    assert unquote(parts.path) == f"/{hub.res.settings.app.name}:{person.email}"
    assert parse_qs(parts.query) == {
        "secret": [answer.body["secret"]],
        "issuer": [hub.res.settings.app.name],
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_pending_seed_asks_for_no_code_and_is_replaced_by_the_next(hub: RunningHub) -> None:
    person = await signed_in(hub)
    first = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    assert (await mfa(hub, "GET", "", person.bearer)).body == OFF
    assert (await login(hub, person.email)).status == 200
    second = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    assert first != second
    assert (await mfa(hub, "POST", "/confirm", person.bearer, code=code(first))).status == 422
    assert (await mfa(hub, "POST", "/confirm", person.bearer, code=code(second))).status == 200


async def test_a_confirmed_seed_is_not_replaced(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    assert (await mfa(hub, "POST", "/enrol", phone.bearer)).status == 409
    assert (await mfa(hub, "POST", "/confirm", phone.bearer, code=phone.code())).status == 409
    assert (await sign_in(hub, phone, phone.code())).status == 200


async def test_there_is_nothing_to_confirm_before_enrolling(hub: RunningHub) -> None:
    person = await signed_in(hub)
    answer = await mfa(hub, "POST", "/confirm", person.bearer, code="123456")
    assert answer.status == 409 and "/auth/mfa/enrol" in answer.body["detail"]


@pytest.mark.parametrize("given", ["wrong", "abcd-efgh-ijkl-mnop-qrst-uvwx", "      ", "\u0000" * 6])
async def test_a_wrong_first_code_confirms_nothing(hub: RunningHub, given: str) -> None:
    person = await signed_in(hub)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    wrong = Phone(person, seed, []).wrong() if given == "wrong" else given
    answer = await mfa(hub, "POST", "/confirm", person.bearer, code=wrong)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/code")
    assert (await mfa(hub, "GET", "", person.bearer)).body == OFF
    assert (await login(hub, person.email)).status == 200


async def test_of_many_confirmations_at_once_one_wins(hub: RunningHub) -> None:
    person = await signed_in(hub)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    given = code(seed)
    answers = await asyncio.gather(
        *(mfa(hub, "POST", "/confirm", person.bearer, code=given) for _ in range(5))
    )
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 409}
    [row] = await hub.rows("select count(*) from identity.recovery_codes where user_id = $1", person.id)
    assert row[0] == 10


async def test_the_code_that_confirmed_does_not_sign_in(hub: RunningHub) -> None:
    person = await signed_in(hub)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    given = code(seed)
    assert (await mfa(hub, "POST", "/confirm", person.bearer, code=given)).status == 200
    phone = Phone(person, seed, [])
    assert (await sign_in(hub, phone, given)).status == 401
    await later(hub, phone)
    assert (await sign_in(hub, phone, phone.code())).status == 200


async def test_confirming_makes_this_session_strong_and_ends_the_others(hub: RunningHub) -> None:
    person = await signed_in(hub)
    other = await login(hub, person.email)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    assert (await hub.call("GET", "/api/v1/me", headers=bearer(other))).status == 200
    answer = await mfa(hub, "POST", "/confirm", person.bearer, code=code(seed))
    assert answer.body.keys() == {"recovery_codes", "access_token", "expires_in", "token_type"}
    who = hub.res.tokens.read(answer.body["access_token"])
    assert (who.person, who.methods, who.session_id) == (
        person.id,
        ("pwd", "otp"),
        hub.res.tokens.read(person.token).session_id,
    )
    assert (await hub.call("GET", "/api/v1/me", headers=bearer(other))).status == 401
    assert await methods_of_sessions(hub, person.id) == [(["pwd", "otp"], True), (["pwd"], False)]
    again = {"refresh_token": other.body["refresh_token"]}
    assert (await hub.call("POST", "/api/v1/auth/refresh", again)).status == 401


async def test_a_refreshed_session_stays_strong(hub: RunningHub) -> None:
    person = await hub.person()
    first = await login(hub, person.email)
    seed = (await mfa(hub, "POST", "/enrol", bearer(first))).body["secret"]
    assert (await mfa(hub, "POST", "/confirm", bearer(first), code=code(seed))).status == 200
    token = {"refresh_token": first.body["refresh_token"]}
    renewed = await hub.call("POST", "/api/v1/auth/refresh", token)
    assert hub.res.tokens.read(renewed.body["access_token"]).strong


async def test_new_recovery_codes_make_the_old_ones_void(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    answer = await mfa(hub, "POST", "/recovery-codes", phone.bearer)
    new = answer.body["recovery_codes"]
    assert answer.status == 201 and len({*new, *phone.recovery_codes}) == 20
    assert (await mfa(hub, "GET", "", phone.bearer)).body["recovery_codes_left"] == 10
    assert (await sign_in(hub, phone, phone.recovery_codes[0])).status == 401
    assert (await sign_in(hub, phone, new[0])).status == 200
    assert (await mfa(hub, "GET", "", phone.bearer)).body["recovery_codes_left"] == 9


async def test_recovery_codes_renewed_at_once_leave_ten(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    answers = await asyncio.gather(*(mfa(hub, "POST", "/recovery-codes", phone.bearer) for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert (await mfa(hub, "GET", "", phone.bearer)).body["recovery_codes_left"] == 10


async def test_disabling_asks_for_no_code_any_more_and_ends_the_other_sessions(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    other = await sign_in(hub, phone, phone.code())
    gone = await mfa(hub, "DELETE", "", phone.bearer)
    assert (gone.status, gone.raw) == (204, b"")
    assert (await mfa(hub, "GET", "", phone.bearer)).body == OFF
    assert (await hub.call("GET", "/api/v1/me", headers=bearer(other))).status == 401
    assert (await login(hub, phone.email)).status == 200
    assert await hub.rows("select 1 from identity.recovery_codes where user_id = $1", phone.id) == []
    assert (await mfa(hub, "POST", "/enrol", phone.bearer)).status == 201


async def test_a_session_is_no_longer_strong_when_its_factor_is_gone(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    assert (await mfa(hub, "DELETE", "", phone.bearer)).status == 204
    assert await methods_of_sessions(hub, phone.id) == [(["pwd"], True)]
    # A token of before cannot make it strong again.
    again = await step_up(hub, phone.bearer)
    assert hub.res.tokens.read(again.body["access_token"]).methods == ("pwd",)
    assert await methods_of_sessions(hub, phone.id) == [(["pwd"], True)]


async def test_disabling_proves_nothing_anew(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    before = hub.res.tokens.read(phone.person.token).proven_at
    at = before - 200
    who = hub.res.tokens.read(phone.person.token)
    token = hub.token(phone.id, "user", session_id=who.session_id, at=at)
    assert (await mfa(hub, "DELETE", "", {"authorization": f"Bearer {token}"})).status == 204
    [row] = await hub.rows("select proven_at from identity.sessions where id = $1", who.session_id)
    assert row[0].timestamp() == int(at)


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/recovery-codes")])
async def test_who_has_no_second_factor_has_nothing_to_change(
    hub: RunningHub, method: str, path: str
) -> None:
    person = await signed_in(hub)
    assert (await mfa(hub, method, path, person.bearer)).status == 404
    await mfa(hub, "POST", "/enrol", person.bearer)
    assert (await mfa(hub, method, path, person.bearer)).status == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/recovery-codes")])
async def test_a_session_that_never_gave_the_code_may_not_change_it(
    hub: RunningHub, method: str, path: str
) -> None:
    phone = await enrolled(hub)
    weak = {"authorization": "Bearer " + hub.token(phone.id, "user", ("pwd",))}
    answer = await mfa(hub, method, path, weak)
    assert (answer.status, answer.body["type"]) == (403, "/problems/step-up-required")
    assert (await mfa(hub, "GET", "", weak)).body["recovery_codes_left"] == 10
    proven = await step_up(hub, weak, code=phone.code())
    assert (await mfa(hub, method, path, bearer(proven))).status in (201, 204)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/enrol"), ("POST", "/confirm"), ("DELETE", ""), ("POST", "/recovery-codes")],
)
async def test_changes_need_a_fresh_proof_on_the_web(hub: RunningHub, method: str, path: str) -> None:
    phone = await enrolled(hub)
    body = {"code": phone.code()} if path == "/confirm" else {}
    old = time.time() - hub.res.settings.security.step_up_seconds - 5
    stale = {"authorization": "Bearer " + hub.token(phone.id, "user", at=old)}
    answer = await mfa(hub, method, path, stale, **body)
    assert (answer.status, answer.body["type"]) == (403, "/problems/step-up-required")
    miniapp = {"authorization": "Bearer " + hub.token(phone.id, "user", audience="miniapp")}
    assert (await mfa(hub, method, path, miniapp, **body)).status == 403
    assert (await mfa(hub, "GET", "", phone.bearer)).body == {
        "enabled": True,
        "required": False,
        "recovery_codes_left": 10,
    }


async def test_each_change_is_recorded_once(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    await mfa(hub, "POST", "/recovery-codes", phone.bearer)
    await mfa(hub, "DELETE", "", phone.bearer)
    assert [action for action in await audited(hub, phone.id) if "mfa" in action] == [
        "auth.mfa.enable",
        "auth.mfa.recovery_codes",
        "auth.mfa.disable",
    ]
