"""Whether an address is known shows in nothing but the mailbox: the same answers for the same work.

Work is counted: SQL statements, as the driver tells them, and Argon2 runs. How long it takes is measured
in `bench/identity.py`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from msgspec import Struct
from prometheus_client import REGISTRY

from hub.core.embedded import Endpoints
from hub.core.resources import Resources, open_resources
from hub.core.web import Visitor
from hub.identity.auth import service as auth
from hub.identity.auth.models import LoginIn
from hub.identity.registration import service
from hub.identity.registration.api import api
from hub.identity.registration.models import RegisterIn
from hub.identity.users import service as users
from tests.hubs import Answer, RunningHub
from tests.identity.mailbox import NEW, OTHER, fresh

Ask = Callable[[str], Awaitable[Any]]


class Work(Struct):
    statements: list[str]
    hashes: dict[str, float]


class Watched:
    """Resources with one connection, whose statements are seen."""

    def __init__(self, res: Resources) -> None:
        self.res = res
        self.seen: list[str] = []

    async def work(self, ask: Ask, email: str) -> Work:
        before = hashes()
        self.seen.clear()
        await ask(email)
        return Work(self.seen.copy(), {kind: value - before[kind] for kind, value in hashes().items()})


def hashes() -> dict[str, float]:
    return {
        kind: REGISTRY.get_sample_value("password_hash_total", {"kind": kind}) or 0
        for kind in ("hash", "verify")
    }


@pytest.fixture
async def watched(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Watched]:
    settings = hub.res.settings
    alone = settings.model_copy(update={"db": settings.db.model_copy(update={"pool_min": 1, "pool_max": 1})})
    async with open_resources(alone, servers.dsn, servers.redis_url) as res:
        made = Watched(res)
        async with res.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: made.seen.append(record.query))
        yield made


async def people(res: Resources) -> dict[str, str]:
    """An address of each kind."""
    known = {"unknown": fresh(), "verified": fresh(), "waiting": fresh()}
    await users.create(res, known["verified"], NEW, "user")
    await service.register(res, RegisterIn(known["waiting"], NEW), Visitor())
    return known


async def test_registering_is_the_same_work_for_every_address(watched: Watched) -> None:
    async def ask(email: str) -> None:
        await service.register(watched.res, RegisterIn(email, OTHER), Visitor())

    done = [await watched.work(ask, email) for email in (await people(watched.res)).values()]
    assert done[0] == done[1] == done[2]
    assert done[0].hashes == {"hash": 1, "verify": 0} and len(done[0].statements) == 7


@pytest.mark.parametrize("ask", [service.forgot, service.resend])
async def test_asking_for_a_letter_is_the_same_work_for_every_address(
    watched: Watched, ask: Callable[[Resources, str], Awaitable[None]]
) -> None:
    known = await people(watched.res)
    done = [await watched.work(lambda email: ask(watched.res, email), known[kind]) for kind in known]
    # One letter too many is silent too.
    for _ in range(3):
        done.append(await watched.work(lambda email: ask(watched.res, email), known["waiting"]))
    assert all(each == done[0] for each in done)
    assert len(done[0].statements) == 4 and done[0].hashes == {"hash": 0, "verify": 0}


async def test_the_counts_see_a_difference_where_there_is_one(watched: Watched) -> None:
    """The control: a sign-in does more for who may."""
    known = await people(watched.res)

    async def login(email: str) -> None:
        try:
            await auth.login(watched.res, LoginIn(email, NEW), Visitor())
        except auth.WrongCredentials:
            return

    unknown, verified = [await watched.work(login, known[kind]) for kind in ("unknown", "verified")]
    assert len(verified.statements) > len(unknown.statements)
    assert unknown.hashes == verified.hashes == {"hash": 0, "verify": 1}


@pytest.mark.parametrize("path", ["register", "verify-email/resend", "password/forgot"])
async def test_the_answers_are_the_same_to_the_last_header(hub: RunningHub, path: str) -> None:
    answers: list[Answer] = []
    for email in (await people(hub.res)).values():
        body = {"email": email} | ({"password": OTHER} if path == "register" else {})
        answers.append(await hub.call("POST", f"/api/v1/auth/{path}", body))
    shown = [(answer.status, answer.raw, unchanging(answer)) for answer in answers]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][:2] == (202, b'{"status":"accepted"}')


def test_every_question_counts_against_the_few_an_address_may_ask() -> None:
    assert {endpoint.limit for endpoint in api.endpoints} == {"auth"}


def unchanging(answer: Answer) -> dict[str, str]:
    """Headers without the clock, the request's own id and the count of requests."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name not in ("date", "x-request-id", "ratelimit")
    }
