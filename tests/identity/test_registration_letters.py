"""Letters that are owed are sent, whatever happened to the mail server, the queue or the worker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY

from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.jobs import queue
from hub.core.limits import Limits
from hub.core.problems import Unavailable
from hub.core.redis import Redis, open_redis
from hub.core.resources import Resources, open_resources
from hub.core.security.revocations import WHOLE
from hub.core.web import Visitor
from hub.identity.registration import jobs, sending, service
from hub.identity.registration.models import RegisterIn
from tests.hubs import RunningHub, until
from tests.identity.mailbox import NEW, VERIFY, Mailbox, fresh, token_in, working
from tests.smtp import Sink, sink


class Post:
    """A hub whose letters go to a mail server on a port, where one may listen or not."""

    def __init__(self, hub: RunningHub, res: Resources, port: int, redis_url: str) -> None:
        self.hub, self.res, self.port, self.redis_url = hub, res, port, redis_url

    async def register(self, count: int) -> list[str]:
        emails = [fresh() for _ in range(count)]
        for email in emails:
            await service.register(self.res, RegisterIn(email, NEW), Visitor())
        return emails

    async def owed(self, emails: list[str]) -> int:
        [row] = await self.hub.rows(
            """select count(*) from identity.mail_tokens as t join identity.users as u on u.id = t.user_id
               where u.email = any($1) and t.settled_at is null""",
            emails,
        )
        return int(row[0])

    async def none_owed(self, emails: list[str]) -> bool:
        return await self.owed(emails) == 0


@pytest.fixture
async def post(hub: RunningHub, servers: Endpoints, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    port = free_port()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    async with AsyncExitStack() as stack:
        res = await stack.enter_async_context(
            open_resources(hub.res.settings, servers.dsn, servers.redis_url)
        )
        yield Post(hub, res, port, servers.redis_url)


def delayed() -> float:
    return REGISTRY.get_sample_value("mail_letters_total", {"result": "delayed"}) or 0


def taken_by(server: Sink, emails: list[str]) -> list[str]:
    return sorted(to for taken in server.taken for to in taken.recipients if to in emails)


async def test_a_server_that_was_away_gets_the_letters_owed_and_no_more(post: Post) -> None:
    before = delayed()
    async with working(post.res, post.redis_url):
        emails = await post.register(8)
        await until(lambda: delayed() >= before + 8)
        assert await post.owed(emails) == 8
        async with sink(port=post.port) as server:
            await until(lambda: post.none_owed(emails), seconds=30)
            await post.register(1)
            await until(lambda: len(server.taken) > 8)
    assert taken_by(server, emails) == sorted(emails)
    mailbox = Mailbox(post.hub)
    for taken in server.taken:
        assert (await mailbox.post("verify-email", token=token_in(taken.message))).status == 204


async def test_a_server_that_is_busy_is_asked_again_one_that_refuses_is_not(post: Post) -> None:
    async with sink(port=post.port) as server, working(post.res, post.redis_url):
        busy, refused = fresh(), fresh()
        server.rcpt = {busy: "450 Not now", refused: "550 Not here"}
        before = delayed()
        for email in (busy, refused):
            await service.register(post.res, RegisterIn(email, NEW), Visitor())
        await until(lambda: post.none_owed([refused]))
        await until(lambda: delayed() > before)
        assert await post.owed([busy]) == 1
        server.rcpt = {}
        await until(lambda: post.none_owed([busy]), seconds=30)
    assert taken_by(server, [busy, refused]) == [busy]


async def test_what_the_queue_lost_is_found_in_the_database(post: Post) -> None:
    emails = await post.register(3)
    await lose_the_queue(post)
    async with sink(port=post.port) as server, working(post.res, post.redis_url):
        [other] = await post.register(1)
        await until(lambda: post.none_owed([other]))
        # The control: nothing but the database knows of the first three.
        assert await post.owed(emails) == 3
        await age(post, emails)
        await jobs.enqueue_left_over_letters(post.res)
        await until(lambda: post.none_owed(emails))
    assert taken_by(server, emails) == sorted(emails)


@pytest.fixture
async def away() -> AsyncIterator[Redis]:
    """A Redis that does not answer."""
    client = open_redis(f"redis://127.0.0.1:{free_port()}/0")
    yield client
    await client.aclose()


async def test_a_letter_that_could_not_be_queued_is_still_owed(post: Post, away: Redis) -> None:
    email = fresh()
    await service.register(replace(post.res, queue=queue(away)), RegisterIn(email, NEW), Visitor())
    assert await post.owed([email]) == 1
    await age(post, [email])
    assert len(await sending.left_over(post.res)) >= 1


async def test_when_nobody_can_count_letters_nothing_is_done(post: Post, away: Redis) -> None:
    blind, email = replace(post.res, limits=Limits(away, post.res.nursery, WHOLE, 600)), fresh()
    for asked in (service.register(blind, RegisterIn(email, NEW), Visitor()), service.forgot(blind, email)):
        with pytest.raises(Unavailable):
            await asked
    assert await post.hub.rows("select 1 from identity.users where email = $1", email) == []


async def test_letters_to_nobody_and_of_yesterday_are_not_owed(post: Post) -> None:
    [email, old] = await post.register(2)
    unknown = fresh()
    await service.forgot(post.res, unknown)
    await age(post, [email])
    await age(post, [old], "25 hours")
    await post.res.db.execute(
        "update identity.mail_tokens set created_at = now() - interval '10 minutes' where user_id is null"
    )
    due = await sending.left_over(post.res)
    rows = await post.hub.rows(
        """select u.email from identity.mail_tokens as t left join identity.users as u on u.id = t.user_id
           where t.id = any($1)""",
        due,
    )
    found = [row[0] for row in rows]
    assert email in found and old not in found and None not in found


async def test_old_letters_are_forgotten_those_to_nobody_soon(post: Post) -> None:
    [young, old] = await post.register(2)
    await age(post, [old], "8 days")
    await service.forgot(post.res, fresh())
    await post.res.db.execute(
        "update identity.mail_tokens set created_at = now() - interval '2 hours' where user_id is null"
    )
    assert await sending.forget(post.res) >= 2
    rows = await post.hub.rows(
        """select u.email from identity.mail_tokens as t left join identity.users as u on u.id = t.user_id
           where u.email = any($1) or u.email is null""",
        [young, old],
    )
    assert [row[0] for row in rows] == [young]


async def test_a_job_that_runs_twice_sends_once(post: Post) -> None:
    async with sink(port=post.port) as server:
        [email] = await post.register(1)
        [row] = await post.hub.rows(
            """select t.id from identity.mail_tokens as t join identity.users as u on u.id = t.user_id
               where u.email = $1""",
            email,
        )
        for _ in range(2):
            await jobs.send_letter(post.res, str(row[0]))
    assert taken_by(server, [email]) == [email]
    assert server.taken[-1].message["Subject"] == VERIFY


async def age(post: Post, emails: list[str], by: str = "10 minutes") -> None:
    await post.res.db.execute(
        """update identity.mail_tokens as t set created_at = now() - $2::text::interval
           from identity.users as u where u.id = t.user_id and u.email = any($1)""",
        emails,
        by,
    )


async def lose_the_queue(post: Post) -> None:
    keys = await post.res.redis.keys("arq:*")
    assert any(key.startswith(b"arq:job:letter:") for key in keys)
    await post.res.redis.delete(*keys)
