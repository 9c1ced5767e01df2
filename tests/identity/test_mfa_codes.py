"""A code is good once, and few may be tried."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from hub.core import migrations
from hub.core.embedded.valkey import Valkey
from hub.core.limits import Limit
from hub.core.settings import Settings
from hub.identity.mfa import check, store
from tests.conftest import FreshDatabase
from tests.hubs import RunningHub, running_hub
from tests.identity.phones import (
    Phone,
    audited,
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


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried here is the code's own protection: the limit would refuse before it."""
    monkeypatch.setattr(check, "LIMIT", Limit("code", 10**6, 900))


async def at_once(hub: RunningHub, phone: Phone, code: str, count: int) -> list[int]:
    """The statuses of so many sign-ins that use one code at the same time."""
    tokens = [await password_given(hub, phone) for _ in range(count)]
    answers = await asyncio.gather(*(verify(hub, token, code) for token in tokens))
    return [answer.status for answer in answers]


@pytest.mark.usefixtures("unlimited")
async def test_of_100_uses_of_a_code_at_once_one_is_good(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    before = len(await methods_of_sessions(hub, phone.id))
    statuses = await at_once(hub, phone, phone.code(), 100)
    assert (statuses.count(200), statuses.count(401)) == (1, 99)
    assert len(await methods_of_sessions(hub, phone.id)) == before + 1


@pytest.mark.usefixtures("unlimited")
async def test_without_the_condition_on_the_step_more_than_one_would_be(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test before."""
    query = store.sql.queries["use_step"]
    text, found = query.text.rsplit(" and last_step <", 1)
    assert found.strip() == "$1"
    monkeypatch.setitem(store.sql.queries, "use_step", msgspec.structs.replace(query, text=text))
    phone = await enrolled(hub)
    assert (await at_once(hub, phone, phone.code(), 100)).count(200) > 1


@pytest.mark.usefixtures("unlimited")
async def test_of_many_uses_of_a_recovery_code_at_once_one_is_good(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    statuses = await at_once(hub, phone, phone.recovery_codes[0], 40)
    assert (statuses.count(200), statuses.count(401)) == (1, 39)
    assert (await mfa(hub, "GET", "", phone.bearer)).body["recovery_codes_left"] == 9


@pytest.mark.usefixtures("unlimited")
async def test_without_its_mark_a_recovery_code_would_be_good_again(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test before."""
    query = store.sql.queries["use_recovery_code"]
    text = query.text.removesuffix(" and used_at is null")
    assert text != query.text
    monkeypatch.setitem(store.sql.queries, "use_recovery_code", msgspec.structs.replace(query, text=text))
    phone = await enrolled(hub)
    assert (await at_once(hub, phone, phone.recovery_codes[0], 10)).count(200) == 10


async def test_a_used_code_is_good_nowhere_again(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    used = phone.code()
    assert (await sign_in(hub, phone, used)).status == 200
    assert (await sign_in(hub, phone, used)).status == 401
    assert (await step_up(hub, phone.bearer, code=used)).status == 401
    await later(hub, phone)
    assert (await sign_in(hub, phone, phone.code())).status == 200


async def test_an_older_code_is_not_good_after_a_newer_one(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    older, newer = phone.code(), phone.code(1)
    assert (await sign_in(hub, phone, newer)).status == 200
    assert (await sign_in(hub, phone, older)).status == 401
    await later(hub, phone)
    assert (await sign_in(hub, phone, older)).status == 200


@pytest.mark.parametrize("steps", [-4, 3])
async def test_a_code_of_another_time_is_refused(hub: RunningHub, steps: int) -> None:
    phone = await enrolled(hub)
    assert (await sign_in(hub, phone, phone.code(steps))).status == 401


async def test_the_sixth_code_is_refused_even_if_it_is_right(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    for _ in range(5):
        assert (await verify(hub, token, phone.wrong())).status == 401
    right = phone.code()
    refused = await verify(hub, token, right)
    assert refused.status == 429 and refused.body["limit"] == "code"
    assert 0 < int(refused.headers["retry-after"]) <= 180
    # It was not used up, and when the time has passed it is good.
    await hub.res.redis.delete(f"caerus:limit:code:{phone.id}")
    assert (await verify(hub, token, right)).status == 200


async def test_four_wrong_codes_may_be_mended(hub: RunningHub) -> None:
    """The control of the test before; and a good code starts the count anew."""
    phone = await enrolled(hub)
    for _ in range(3):
        token = await password_given(hub, phone)
        for _ in range(4):
            assert (await verify(hub, token, phone.wrong())).status == 401
        assert (await verify(hub, token, phone.code())).status == 200
        await later(hub, phone)


async def test_of_many_guesses_at_once_five_are_looked_at(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    token = await password_given(hub, phone)
    guesses = [f"{n:06}" if n % 2 else f"{n:04}-aaaa-bbbb-cccc" for n in range(40)]
    answers = await asyncio.gather(*(verify(hub, token, guess) for guess in guesses))
    statuses = [answer.status for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (5, 35)


async def test_the_attempts_are_a_persons_whatever_the_way(hub: RunningHub) -> None:
    phone, other = await enrolled(hub), await enrolled(hub)
    for _ in range(3):
        assert (await sign_in(hub, phone, phone.wrong())).status == 401
    for _ in range(2):
        assert (await step_up(hub, phone.bearer, code=phone.wrong())).status == 401
    assert (await step_up(hub, phone.bearer, code=phone.code())).status == 429
    assert (await sign_in(hub, phone, phone.recovery_codes[0])).status == 429
    assert (await sign_in(hub, other, other.code())).status == 200


async def test_the_first_code_is_counted_too(hub: RunningHub) -> None:
    person = await signed_in(hub)
    seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
    wrong = Phone(person, seed, []).wrong()
    for _ in range(5):
        assert (await mfa(hub, "POST", "/confirm", person.bearer, code=wrong)).status == 422
    refused = await mfa(hub, "POST", "/confirm", person.bearer, code=code(seed))
    assert refused.status == 429 and "retry-after" in refused.headers


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    """A server that a test may stop."""
    server = Valkey(tmp_path, "secret")
    server.start()
    yield server
    server.stop()


async def test_without_redis_no_code_is_looked_at(
    settings: Settings, fresh_database: FreshDatabase, valkey: Valkey
) -> None:
    await migrations.up(fresh_database.owner_dsn)
    async with running_hub(settings, fresh_database.app_dsn, valkey.url()) as hub:
        phone, person = await enrolled(hub), await signed_in(hub)
        token = await password_given(hub, phone)
        seed = (await mfa(hub, "POST", "/enrol", person.bearer)).body["secret"]
        valkey.stop()
        assert (await verify(hub, token, phone.code())).status == 503
        assert (await step_up(hub, phone.bearer, code=phone.code())).status == 503
        assert (await login(hub, phone.email)).status == 503
        assert (await mfa(hub, "POST", "/confirm", person.bearer, code=code(seed))).status == 503
        assert not (await mfa(hub, "GET", "", person.bearer)).body["enabled"]
        [row] = await hub.rows("select last_step from identity.totp where user_id = $1", phone.id)
        assert row[0] == 0


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Any:
    """Each line of our own and the libraries' logs, at DEBUG."""
    lines: list[str] = []

    def keep(_: Any, __: str, event: Any) -> Any:
        lines.append(repr(dict(event)))
        raise structlog.DropEvent

    before = structlog.get_config()
    caplog.set_level(logging.DEBUG)
    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield lambda: "\n".join([*lines, *(record.getMessage() for record in caplog.records)])
    structlog.configure(**before)


async def test_neither_seed_nor_codes_nor_tokens_are_written_anywhere(
    hub: RunningHub, everything_logged: Any
) -> None:
    phone = await enrolled(hub)
    right, wrong, recovery = phone.code(), phone.wrong(), phone.recovery_codes[0]
    token = await password_given(hub, phone)
    refused = await verify(hub, token, wrong)
    for given in (right, recovery):
        assert (await sign_in(hub, phone, given)).status == 200
        assert (await step_up(hub, phone.bearer, code=given)).status == 401
    again = (await mfa(hub, "POST", "/recovery-codes", phone.bearer)).body["recovery_codes"]
    metas = await hub.rows("select meta from identity.audit_log where actor_id = $1", phone.id)
    logged = everything_logged()
    assert "/api/v1/auth/mfa/verify" in logged and len(metas) == len(await audited(hub, phone.id)) > 3
    written = logged + "".join(row[0] for row in metas) + refused.raw.decode()
    secrets = [phone.seed, right, wrong, token, *phone.recovery_codes, *again]
    # Six digits may be part of a longer number, of an id or a time.
    assert [each for each in secrets if re.search(rf"(?<![\w.-]){re.escape(each)}(?![\w-])", written)] == []
