"""Where one is signed in, and ending it elsewhere."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from tests.hubs import PASSWORD, Answer, Person, RunningHub


async def signed_in(hub: RunningHub, person: Person, agent: str) -> tuple[dict[str, str], Any]:
    """A session's bearer header and its tokens."""
    body = {"email": person.email, "password": PASSWORD}
    answer = await hub.call("POST", "/api/v1/auth/login", body, {"user-agent": agent})
    return {"authorization": "Bearer " + answer.body["access_token"]}, answer.body


async def sessions(hub: RunningHub, bearer: dict[str, str]) -> list[dict[str, Any]]:
    answer = await hub.call("GET", "/api/v1/auth/sessions", headers=bearer)
    assert answer.status == 200, answer.raw
    return list(answer.body["items"])


async def me(hub: RunningHub, bearer: dict[str, str]) -> int:
    return (await hub.call("GET", "/api/v1/me", headers=bearer)).status


async def refresh(hub: RunningHub, tokens: Any) -> Answer:
    return await hub.call("POST", "/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})


async def test_a_person_sees_their_own_sessions_and_which_is_this_one(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    phone, _ = await signed_in(hub, person, "phone")
    desk, _ = await signed_in(hub, person, "desk")
    await signed_in(hub, other, "elsewhere")
    told = await sessions(hub, phone)
    assert [(each["ua"], each["current"]) for each in told] == [("desk", False), ("phone", True)]
    assert {each["ip"] for each in told} == {"127.0.0.1"}
    assert all(datetime.fromisoformat(each["expires_at"]) for each in told)
    assert [each["current"] for each in await sessions(hub, desk)] == [True, False]


async def test_a_session_ended_elsewhere_is_over_at_once(hub: RunningHub) -> None:
    person = await hub.person()
    phone, phone_tokens = await signed_in(hub, person, "phone")
    desk, _ = await signed_in(hub, person, "desk")
    lost = next(each["id"] for each in await sessions(hub, desk) if each["ua"] == "phone")
    ended = await hub.call("DELETE", f"/api/v1/auth/sessions/{lost}", headers=desk)
    assert (ended.status, ended.raw) == (204, b"")
    assert (await me(hub, phone), await me(hub, desk)) == (401, 200)
    assert (await refresh(hub, phone_tokens)).status == 401
    assert [each["ua"] for each in await sessions(hub, desk)] == ["desk"]
    assert (await hub.call("DELETE", f"/api/v1/auth/sessions/{lost}", headers=desk)).status == 404


async def test_all_others_are_ended_and_this_one_stays(hub: RunningHub) -> None:
    person = await hub.person()
    others = [await signed_in(hub, person, f"phone {n}") for n in range(3)]
    desk, desk_tokens = await signed_in(hub, person, "desk")
    assert (await hub.call("DELETE", "/api/v1/auth/sessions", headers=desk)).status == 204
    assert [await me(hub, bearer) for bearer, _ in others] == [401] * 3
    assert [(await refresh(hub, tokens)).status for _, tokens in others] == [401] * 3
    assert await me(hub, desk) == 200
    assert (await refresh(hub, desk_tokens)).status == 200


async def test_nobody_ends_somebody_elses_session(hub: RunningHub) -> None:
    person, stranger = await hub.person(), await hub.person()
    phone, _ = await signed_in(hub, person, "phone")
    desk, _ = await signed_in(hub, stranger, "desk")
    [own] = await sessions(hub, phone)
    for id in (own["id"], uuid4()):
        assert (await hub.call("DELETE", f"/api/v1/auth/sessions/{id}", headers=desk)).status == 404
    assert await me(hub, phone) == 200


async def test_signing_out_ends_the_access_token_too(hub: RunningHub) -> None:
    phone, tokens = await signed_in(hub, await hub.person(), "phone")
    body = {"refresh_token": tokens["refresh_token"]}
    assert (await hub.call("POST", "/api/v1/auth/logout", body)).status == 204
    assert await me(hub, phone) == 401


async def test_ending_a_session_needs_a_fresh_proof(hub: RunningHub) -> None:
    person = await hub.person()
    stale = {"authorization": "Bearer " + hub.token(person.id, "user", at=0)}
    assert (await hub.call("GET", "/api/v1/auth/sessions", headers=stale)).status == 200
    for path in ("", f"/{uuid4()}"):
        answer = await hub.call("DELETE", f"/api/v1/auth/sessions{path}", headers=stale)
        assert (answer.status, answer.body["type"]) == (403, "/problems/step-up-required")
