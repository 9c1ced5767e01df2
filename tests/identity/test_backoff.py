"""Failed sign-ins make the next one wait, twice as long each time."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.core.embedded import Endpoints
from hub.core.settings import AccessSettings, Settings
from hub.identity.auth.backoff import throttled
from tests.hubs import PASSWORD, Answer, RunningHub, running_hub, until

FREE = 2


@pytest.fixture(scope="module")
async def patient(settings: Settings, servers: Endpoints) -> AsyncIterator[RunningHub]:
    """A hub behind a proxy on this machine that lets two attempts of an account fail before it waits."""
    security = settings.security.model_copy(update={"login_free_failures": FREE})
    changed = {"security": security, "access": AccessSettings(trusted_proxies="127.0.0.1")}
    async with running_hub(settings.model_copy(update=changed), servers.dsn, servers.redis_url) as running:
        yield running


def address() -> str:
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


async def login(hub: RunningHub, email: str, password: str = "wrong", ip: str = "") -> Answer:
    headers = {"x-forwarded-for": ip or address()}
    return await hub.call("POST", "/api/v1/auth/login", {"email": email, "password": password}, headers)


async def failed(hub: RunningHub, email: str, times: int) -> None:
    for _ in range(times):
        assert (await login(hub, email)).status == 401


async def waited(hub: RunningHub, email: str) -> None:
    """Until an attempt is looked at again."""

    async def looked_at() -> bool:
        return (await login(hub, email)).status == 401

    await until(looked_at, seconds=10)


async def test_each_failure_doubles_the_wait_whatever_the_address(patient: RunningHub) -> None:
    person, before = await patient.person(), throttled._value.get()
    await failed(patient, person.email, FREE + 1)
    first = await login(patient, person.email, PASSWORD)
    assert (first.status, first.headers["retry-after"]) == (429, "1")
    await waited(patient, person.email)
    second = await login(patient, person.email, PASSWORD)
    assert (second.status, second.headers["retry-after"]) == (429, "2")
    assert throttled._value.get() > before


async def test_an_unknown_address_waits_like_a_known_one(patient: RunningHub) -> None:
    person, nobody = await patient.person(), f"{uuid4().hex}@example.com"
    answers = []
    for email in (person.email, nobody):
        await failed(patient, email, FREE + 1)
        answers.append(await login(patient, email))
    told = [{k: v for k, v in each.body.items() if k != "request_id"} for each in answers]
    assert told[0] == told[1]


async def test_a_good_sign_in_forgets_the_failures_of_its_account(patient: RunningHub) -> None:
    person = await patient.person()
    for _ in range(3):
        await failed(patient, person.email, FREE)
        assert (await login(patient, person.email, PASSWORD)).status == 200


async def test_an_address_that_tries_many_accounts_waits_too(patient: RunningHub) -> None:
    ip, person = address(), await patient.person()
    for _ in range(FREE * 5 + 1):
        assert (await login(patient, f"{uuid4().hex}@example.com", ip=ip)).status == 401
    assert (await login(patient, person.email, PASSWORD, ip)).status == 429
    assert (await login(patient, person.email, PASSWORD)).status == 200


async def test_of_many_guesses_at_once_a_few_are_looked_at(patient: RunningHub) -> None:
    person = await patient.person()
    answers = await asyncio.gather(*(login(patient, person.email) for _ in range(60)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(401) == FREE + 1
    assert statuses.count(429) == 60 - FREE - 1
