"""Limits, block lists and revocation as callers meet them, with Redis there, emptied and away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from hub.core.embedded import Endpoints
from hub.core.embedded.valkey import Valkey
from hub.core.ids import uuid7
from hub.core.limits import blocked
from hub.core.settings import AccessSettings, LimitSettings, Settings
from tests.hubs import RunningHub, running_hub

FEW = LimitSettings.model_validate({"ip": 5, "auth": 3, "user": 8, "device": 4, "producer": 4, "key": 4})
ACCESS = AccessSettings(
    trusted_proxies="127.0.0.1", ip_allowlist="192.0.2.1", ip_blocklist="198.51.100.0/24, 2001:db8:bad::/48"
)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A server that these tests may empty and stop."""
    home: Path = tmp_path_factory.mktemp("valkey")
    server = Valkey(home, "test")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def few(settings: Settings, servers: Endpoints, valkey: Valkey) -> AsyncIterator[RunningHub]:
    """A hub with small limits behind a proxy on this machine, so that each test has addresses of its own."""
    strict = settings.model_copy(update={"limits": FEW, "access": ACCESS})
    async with running_hub(strict, servers.dsn, valkey.url()) as running:
        yield running


def caller() -> dict[str, str]:
    """An address of one's own."""
    return {"x-forwarded-for": f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"}


async def statuses(hub: RunningHub, times: int, path: str, headers: dict[str, str], **more: Any) -> list[int]:
    return [
        (await hub.call(more.get("method", "GET"), path, more.get("body"), headers)).status
        for _ in range(times)
    ]


async def test_a_stranger_has_the_quota_of_its_address(few: RunningHub) -> None:
    mine = caller()
    assert await statuses(few, 5, "/api/v1/consent", mine) == [200] * 5
    counted = blocked.labels("/api/v1/consent")._value.get()
    refused = await few.call("GET", "/api/v1/consent", headers=mine)
    assert refused.status == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert refused.body["retry_after"] == int(refused.headers["retry-after"])
    assert refused.headers["ratelimit-policy"] == '"ip";q=5;w=60'
    assert blocked.labels("/api/v1/consent")._value.get() == counted + 1
    assert await statuses(few, 1, "/api/v1/consent", caller()) == [200]


async def test_an_answer_tells_what_is_left(few: RunningHub) -> None:
    answer = await few.call("GET", "/api/v1/consent", headers=caller())
    assert answer.headers["ratelimit"].startswith('"ip";r=4;t=')


async def test_addresses_of_one_ipv6_site_share(few: RunningHub) -> None:
    site = f"2001:db8:{uuid4().hex[:4]}:7"
    for number in range(5):
        assert await statuses(few, 1, "/api/v1/consent", {"x-forwarded-for": f"{site}::{number + 1}"}) == [
            200
        ]
    assert await statuses(few, 1, "/api/v1/consent", {"x-forwarded-for": f"{site}:ffff::9"}) == [429]


async def test_a_made_up_forward_changes_nothing(few: RunningHub) -> None:
    own = caller()["x-forwarded-for"]
    answers = [
        await statuses(few, 1, "/api/v1/consent", {"x-forwarded-for": f"203.0.113.{n}, {own}"})
        for n in range(7)
    ]
    assert [status for [status] in answers] == [200] * 5 + [429] * 2


async def test_sign_ins_have_a_quota_of_their_own(few: RunningHub) -> None:
    mine, body = caller(), {"email": f"{uuid4().hex}@example.com", "password": "wrong"}
    told = await statuses(few, 4, "/api/v1/auth/login", mine, method="POST", body=body)
    assert told == [401, 401, 401, 429]
    assert await statuses(few, 1, "/api/v1/consent", mine) == [200]


async def test_failed_proofs_count_against_the_address_and_good_ones_do_not(few: RunningHub) -> None:
    mine, person = caller(), await few.person()
    bad = mine | {"authorization": "Bearer nonsense"}
    assert await statuses(few, 7, "/api/v1/me", bad) == [401] * 5 + [429] * 2
    assert await statuses(few, 8, "/api/v1/me", mine | person.bearer) == [200] * 8


async def test_a_person_is_limited_wherever_they_call_from_and_nobody_else_is(few: RunningHub) -> None:
    person, other = await few.person(), await few.person()
    told = [(await statuses(few, 1, "/api/v1/me", caller() | person.bearer))[0] for _ in range(9)]
    assert told == [200] * 8 + [429]
    assert await statuses(few, 1, "/api/v1/me", caller() | other.bearer) == [200]


async def test_devices_and_producers_have_their_own(few: RunningHub) -> None:
    device, producer = await few.device(await few.person()), await few.producer()
    assert [(await device.poll()).status for _ in range(5)] == [200] * 4 + [429]
    assert [(await producer.signal({})).status for _ in range(5)] == [422] * 4 + [429]


async def test_probes_and_operators_are_never_limited(few: RunningHub) -> None:
    assert await statuses(few, 20, "/api/v1/health", caller()) == [200] * 20
    assert await statuses(few, 20, "/api/v1/consent", {"x-forwarded-for": "192.0.2.1"}) == [200] * 20


@pytest.mark.parametrize("address", ["198.51.100.7", "::ffff:198.51.100.7", "2001:db8:bad::1"])
@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/me", "/", "/docs", "/nothing"])
async def test_a_blocked_address_is_refused_before_anything_else(
    few: RunningHub, address: str, path: str
) -> None:
    answer = await few.call("GET", path, headers={"x-forwarded-for": address})
    assert (answer.status, answer.body["title"]) == (403, "Address blocked")


async def test_a_blocked_address_opens_no_socket(few: RunningHub) -> None:
    url = few.base_url.replace("http", "ws") + "/ws"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, additional_headers={"x-forwarded-for": "198.51.100.7"})
    assert refused.value.response.status_code == 403


async def revoked(hub: RunningHub) -> dict[str, str]:
    """The headers of somebody whose session is over but whose token is young."""
    person, session = await hub.person(), uuid7()
    token = hub.token(person.id, "user", session_id=session)
    bearer = caller() | {"authorization": f"Bearer {token}"}
    assert await statuses(hub, 1, "/api/v1/me", bearer) == [200]
    async with hub.res.db.transaction() as tx:
        await hub.res.revocations.revoke(tx, [session])
    return bearer


async def test_a_revoked_session_is_refused_at_once(few: RunningHub) -> None:
    assert await statuses(few, 2, "/api/v1/me", await revoked(few)) == [401, 401]


async def test_an_emptied_redis_forgets_no_revocation(few: RunningHub) -> None:
    bearer, other = await revoked(few), await few.person()
    await few.res.redis.flushall()
    assert await statuses(few, 1, "/api/v1/me", bearer) == [401]
    assert await statuses(few, 1, "/api/v1/me", caller() | other.bearer) == [200]


async def test_the_copy_in_redis_is_what_answers(few: RunningHub) -> None:
    """The negative control: a copy that claims to be whole and is not lets a revoked session in."""
    bearer = await revoked(few)
    for key in await few.res.redis.keys("caerus:revoked:*"):
        await few.res.redis.delete(key)
    assert await statuses(few, 1, "/api/v1/me", bearer) == [200]
    await few.res.revocations.load()
    assert await statuses(few, 1, "/api/v1/me", bearer) == [401]


async def test_without_redis_sign_in_is_shut_and_the_rest_is_open(few: RunningHub, valkey: Valkey) -> None:
    person, bearer = await few.person(), await revoked(few)
    device, producer = await few.device(person), await few.producer()
    await asyncio.to_thread(valkey.stop)
    try:
        body = {"email": person.email, "password": "x"}
        assert await statuses(few, 1, "/api/v1/auth/login", caller(), method="POST", body=body) == [503]
        assert await statuses(few, 3, "/api/v1/consent", caller()) == [200] * 3
        assert await statuses(few, 3, "/api/v1/me", caller() | person.bearer) == [200] * 3
        assert await statuses(few, 1, "/api/v1/me", bearer) == [401]
        # Nobody can say whether a nonce is new: what is signed with one is turned away, and may come again.
        assert ((await device.poll()).status, (await producer.signal({})).status) == (503, 503)
    finally:
        await asyncio.to_thread(valkey.start)
    assert await statuses(few, 1, "/api/v1/me", bearer) == [401]
    mine = caller()
    assert await statuses(few, 6, "/api/v1/consent", mine) == [200] * 5 + [429]
