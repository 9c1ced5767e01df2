"""A nonce is good once, however many come with it at once; a request that is turned away leaves it unused."""

import asyncio
from typing import Any
from uuid import uuid4

from hub.core.limits import Bucket, Limit, Taken
from hub.core.security.signatures import Signed
from tests.hubs import RunningHub


def key(sender: str, nonce: str) -> str:
    return Signed(sender, nonce, "", "", b"").nonce_key


def bucket(quota: int) -> Bucket:
    return Bucket(Limit("test", quota, 3_600), uuid4().hex)


async def uses(hub: RunningHub, sender: str, nonce: str, times: int) -> int:
    """How many of so many uses at once are let through."""
    of = key(sender, nonce)
    answers: list[Taken] = await asyncio.gather(*(hub.res.limits.take(nonce=of) for _ in range(times)))
    return sum(not answer.replayed for answer in answers)


async def test_of_two_thousand_uses_at_once_one_goes_through(hub: RunningHub) -> None:
    assert await uses(hub, uuid4().hex, "n", 2_000) == 1


async def test_a_nonce_is_its_senders_own_and_is_kept_for_its_time(hub: RunningHub) -> None:
    first, second = uuid4().hex, uuid4().hex
    assert [await uses(hub, sender, "n", 10) for sender in (first, second)] == [1, 1]
    left = await hub.res.redis.ttl(key(first, "n"))
    assert 595 <= left <= hub.res.settings.security.hmac_nonce_ttl_seconds == 600


async def test_a_replay_takes_nothing_of_the_limit(hub: RunningHub) -> None:
    own, of = bucket(10), key(uuid4().hex, "n")
    first, *again = [await hub.res.limits.take(own, nonce=of) for _ in range(5)]
    assert not first.replayed and all(each.replayed for each in again)
    assert (await hub.res.limits.take(own)).remaining == 8


async def test_a_request_that_is_refused_may_come_again_with_its_nonce(hub: RunningHub) -> None:
    spent, of = bucket(1), key(uuid4().hex, "n")
    assert (await hub.res.limits.take(spent)).refused_by is None
    refused = await hub.res.limits.take(spent, nonce=of)
    assert refused.refused_by == spent and not refused.replayed
    assert not (await hub.res.limits.take(bucket(1), nonce=of)).replayed


async def test_a_call_that_is_made_once_more_claims_its_nonces_once(hub: RunningHub) -> None:
    """As the client does when the connection breaks after Redis has run it."""
    of, again, limits = key(uuid4().hex, "n"), list[Any](), hub.res.limits
    script = limits._script

    async def twice(**given: Any) -> Any:
        again.append(await script(**given))
        return await script(**given)

    limits._script = twice  # type: ignore[assignment]
    try:
        taken = await limits.take(nonce=of)
    finally:
        limits._script = script
    assert again and not taken.replayed
    assert (await limits.take(nonce=of)).replayed
