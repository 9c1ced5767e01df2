"""A nonce is good once, however many come with it at once."""

import asyncio
from uuid import uuid4

from hub.core.problems import Unauthenticated
from hub.core.security.signatures import Signed
from tests.hubs import RunningHub


async def uses(hub: RunningHub, id: str, nonce: str, times: int) -> int:
    """How many of so many uses at once are let through."""
    signed = Signed(id, nonce, "", "", b"")
    told = await asyncio.gather(*(hub.res.nonces.use(signed) for _ in range(times)), return_exceptions=True)
    assert all(answer is None or isinstance(answer, Unauthenticated) for answer in told)
    return sum(answer is None for answer in told)


async def test_of_two_thousand_uses_at_once_one_goes_through(hub: RunningHub) -> None:
    assert await uses(hub, "p", uuid4().hex, 2_000) == 1


async def test_a_nonce_is_its_senders_own(hub: RunningHub) -> None:
    nonce = uuid4().hex
    assert [await uses(hub, id, nonce, 10) for id in ("p", "q")] == [1, 1]
