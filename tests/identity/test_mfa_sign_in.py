"""Signing in with two factors, and proving both again."""

import asyncio
import hashlib
from typing import Any

import msgspec
import pytest

from hub.identity.auth import challenge
from tests.hubs import PASSWORD, RunningHub
from tests.identity.phones import (
    audited,
    bearer,
    code,
    enrolled,
    later,
    login,
    methods_of_sessions,
    mfa,
    password_given,
    sign_in,
    signed_in,
    step_up,
    verify,
)


async def test_a_person_signs_in_with_password_and_code(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    answer = await sign_in(hub, phone, phone.code())
    assert answer.status == 200 and answer.body["refresh_token"]
    who = hub.res.tokens.read(answer.body["access_token"])
    assert (who.person, who.methods) == (phone.id, ("pwd", "otp"))
    assert (await hub.call("GET", "/api/v1/me", headers=bearer(answer))).status == 200


async def test_a_person_signs_in_with_password_and_recovery_code(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    answer = await sign_in(hub, phone, phone.recovery_codes[3].upper())
    who = hub.res.tokens.read(answer.body["access_token"])
    assert (who.methods, who.strong) == (("pwd", "rec"), True)


async def test_the_password_alone_opens_no_session(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    before = await methods_of_sessions(hub, phone.id)
    answer = await login(hub, phone.email, sec_fetch_site="same-origin")
    assert (answer.status, answer.body["title"]) == (401, "Code required")
    assert "set-cookie" not in answer.headers and "access_token" not in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert await methods_of_sessions(hub, phone.id) == before
    assert await audited(hub, phone.id) == ["auth.login", "auth.mfa.enable"]


async def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(hub: RunningHub) -> None:
    phone, other = await enrolled(hub), await hub.person()
    answers = [
        await hub.call("POST", "/api/v1/auth/login", {"email": each.email, "password": "wrong"})
        for each in (phone, other)
    ]
    assert [answer.status for answer in answers] == [401, 401]
    first, second = ({k: v for k, v in answer.body.items() if k != "request_id"} for answer in answers)
    assert first == second


async def test_a_browser_gets_its_cookie_after_the_code(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    answer = await verify(hub, token, phone.code(), sec_fetch_site="same-origin")
    assert answer.status == 200 and answer.body["refresh_token"] is None
    assert {cookie.partition("=")[0] for cookie in answer.cookies} == {"caerus_refresh", "caerus_csrf"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_pages_of_other_sites_may_not_finish_a_sign_in(hub: RunningHub, site: str) -> None:
    phone = await enrolled(hub)
    token, code = await password_given(hub, phone), phone.code()
    assert (await verify(hub, token, code, sec_fetch_site=site)).status == 403
    assert (await verify(hub, token, code)).status == 200


async def test_the_token_is_kept_as_a_digest_for_five_minutes(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    assert len(token) == 43
    name = f"caerus:mfa:{hashlib.sha256(token.encode()).hexdigest()}"
    assert await hub.res.redis.get(name) == str(phone.id).encode()
    assert 290 < await hub.res.redis.ttl(name) <= 300
    assert [key async for key in hub.res.redis.scan_iter(f"*{token}*")] == []


async def test_the_token_is_good_for_one_sign_in(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    assert (await verify(hub, token, phone.code())).status == 200
    await later(hub, phone)
    assert (await verify(hub, token, phone.code())).status == 401
    assert (await sign_in(hub, phone, phone.code())).status == 200


async def test_one_token_and_many_good_codes_at_once_make_one_session(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    before = len(await methods_of_sessions(hub, phone.id))
    token = await password_given(hub, phone)
    answers = await asyncio.gather(*(verify(hub, token, each) for each in phone.recovery_codes[:5]))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401, 401]
    assert len(await methods_of_sessions(hub, phone.id)) == before + 1


async def test_the_token_ends_by_itself(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token, code = await password_given(hub, phone), phone.code()
    await hub.res.redis.pexpire(challenge.key(token), 0)
    answer = await verify(hub, token, code)
    assert (answer.status, answer.body["type"]) == (401, "/problems/wrong-code")
    assert (await sign_in(hub, phone, code)).status == 200


async def test_a_wrong_code_may_be_mended_with_the_same_token(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    assert (await verify(hub, token, phone.wrong())).status == 401
    assert (await verify(hub, token, phone.code())).status == 200


async def test_a_wrong_code_and_a_wrong_token_are_told_apart_by_nothing(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    answers = [
        await verify(hub, token, phone.wrong()),
        await verify(hub, "x" * 43, phone.code()),
        await verify(hub, token, "abcd-efgh-ijkl-mnop-qrst-uvwx"),
    ]
    documents = [{k: v for k, v in each.body.items() if k != "request_id"} for each in answers]
    assert documents[0] == documents[1] == documents[2] and documents[0]["status"] == 401


async def test_one_persons_codes_do_not_let_another_in(hub: RunningHub) -> None:
    mine, theirs = await enrolled(hub), await enrolled(hub)
    token = await password_given(hub, theirs)
    assert (await verify(hub, token, mine.code())).status == 401
    assert (await verify(hub, token, mine.recovery_codes[0])).status == 401
    assert (await sign_in(hub, mine, mine.recovery_codes[0])).status == 200


@pytest.mark.parametrize("what", ["suspended_at", "deleted_at", "locked_until"])
async def test_who_is_shut_out_after_the_password_does_not_get_in(hub: RunningHub, what: str) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    later_on = "now() + interval '1 hour'" if what == "locked_until" else "now()"
    await hub.res.db.execute(f"update identity.users set {what} = {later_on} where id = $1", phone.id)
    assert (await verify(hub, token, phone.code())).status == 401
    await hub.res.db.execute(f"update identity.users set {what} = null where id = $1", phone.id)
    assert (await verify(hub, token, phone.code())).status == 200


async def test_failures_are_forgotten_after_the_code_and_not_after_the_password(hub: RunningHub) -> None:
    phone = await enrolled(hub)

    async def failures() -> int:
        [row] = await hub.rows("select failed_logins from identity.users where id = $1", phone.id)
        return int(row[0])

    body = {"email": phone.email, "password": "wrong"}
    assert (await hub.call("POST", "/api/v1/auth/login", body)).status == 401
    token = await password_given(hub, phone)
    assert await failures() == 1
    assert (await verify(hub, token, phone.code())).status == 200
    assert await failures() == 0


async def test_a_sign_in_beside_a_confirmation_leaves_no_session_without_a_code(hub: RunningHub) -> None:
    """The sign-in has looked for a factor and is held up before its end while the factor is confirmed."""
    person = await signed_in(hub)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    async with asyncio.TaskGroup() as group, hub.res.db.transaction() as tx:
        await tx.fetch("select seq from identity.audit_head for update")
        signing_in = group.create_task(login(hub, person.email))
        await hub.until_waiting(1)
        confirming = group.create_task(mfa(hub, "POST", "/confirm", person.bearer, code=code(seed)))
        await hub.until_waiting(2)
    assert (signing_in.result().status, confirming.result().status) == (200, 200)
    assert await methods_of_sessions(hub, person.id) == [(["pwd", "otp"], True), (["pwd"], False)]


async def test_a_fresh_proof_needs_both_factors(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    missing = await step_up(hub, phone.bearer)
    assert (missing.status, missing.body["type"]) == (401, "/problems/code-required")
    assert "mfa_token" not in missing.body
    answer = await step_up(hub, phone.bearer, code=phone.code())
    who = hub.res.tokens.read(answer.body["access_token"])
    assert (answer.status, who.methods) == (200, ("pwd", "otp"))
    assert answer.body["refresh_token"] is None
    assert (await audited(hub, phone.id))[-1] == "auth.step_up"


async def test_a_wrong_password_and_a_wrong_code_are_told_apart_by_nothing(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    answers = [
        await step_up(hub, phone.bearer, code=phone.wrong()),
        await step_up(hub, phone.bearer, code=phone.code(), password="wrong"),
        await step_up(hub, phone.bearer, code=phone.wrong(), password="wrong"),
    ]
    documents: list[Any] = [{k: v for k, v in each.body.items() if k != "request_id"} for each in answers]
    assert documents[0] == documents[1] == documents[2]
    assert documents[0]["type"] == "/problems/wrong-credentials"
    # The wrong password has not used the code up.
    assert (await step_up(hub, phone.bearer, code=phone.code())).status == 200


async def test_without_the_code_nothing_is_told_about_the_password(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    right, wrong = await step_up(hub, phone.bearer), await step_up(hub, phone.bearer, password="wrong")
    assert right.body["type"] == wrong.body["type"] == "/problems/code-required"


async def test_a_recovery_code_proves_too_and_is_used_up(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    code = phone.recovery_codes[0]
    answer = await step_up(hub, phone.bearer, code=code)
    assert hub.res.tokens.read(answer.body["access_token"]).methods == ("pwd", "rec")
    assert (await step_up(hub, phone.bearer, code=code)).status == 401


async def test_who_has_no_second_factor_proves_by_password(hub: RunningHub) -> None:
    person = await signed_in(hub)
    for given in ({}, {"code": "123456"}):
        answer = await step_up(hub, person.bearer, **given)
        assert hub.res.tokens.read(answer.body["access_token"]).methods == ("pwd",)
    assert (await step_up(hub, person.bearer, password="wrong")).status == 401


@pytest.mark.parametrize("code", ["", "12345", "1" * 33])
async def test_what_can_be_no_code_is_refused_with_a_pointer_and_not_repeated(
    hub: RunningHub, code: str
) -> None:
    phone = await enrolled(hub)
    body = {"mfa_token": await password_given(hub, phone), "code": code}
    answer = await hub.call("POST", "/api/v1/auth/mfa/verify", body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/code")
    assert not code or code not in msgspec.json.encode(answer.body).decode()
    assert PASSWORD not in answer.raw.decode()
