"""Check a code and use it up. Five may be tried at once, then one every three minutes."""

from contextlib import suppress
from uuid import UUID

from hub.core import clock, limits
from hub.core.limits import Bucket, Limit
from hub.core.principal import Method
from hub.core.problems import Unavailable
from hub.core.redis import RedisError
from hub.core.resources import Resources
from hub.identity.mfa import rules, seals, store
from hub.identity.mfa.models import Factor

LIMIT = Limit("code", 5, 900)


async def check(res: Resources, user_id: UUID, code: str) -> Method | None:
    """What kind of code this is, now used up; None for a wrong or a used one.

    TooMany after too many wrong ones, the right one included; Unavailable when nobody can count.
    """
    await attempt(res, user_id)
    method: Method = "otp" if (digits := rules.one_time(code)) else "rec"
    fits = await _use_code(res, user_id, digits) if digits else await _use_recovery(res, user_id, code)
    if not fits:
        return None
    await succeeded(res, user_id)
    return method


def _bucket(user_id: UUID) -> Bucket:
    return Bucket(LIMIT, str(user_id))


async def attempt(res: Resources, user_id: UUID) -> None:
    """Count an attempt before the code is looked at, so that many at once gain nothing."""
    try:
        taken = await res.limits.take(_bucket(user_id))
    except RedisError as error:
        raise Unavailable("Attempts cannot be counted now. Try again shortly.") from error
    if taken.refused_by:
        raise limits.too_many("second factor", taken.refused_by, taken)


async def succeeded(res: Resources, user_id: UUID) -> None:
    """The count starts anew: it is for wrong codes."""
    with suppress(RedisError):
        await res.redis.delete(_bucket(user_id).key)


def step_of(res: Resources, user_id: UUID, factor: Factor, digits: str) -> int | None:
    """The time step of a code for this factor, if it is later than the last one that was used."""
    seed = seals.opened(res.secrets, user_id, factor.seal)
    return rules.step_of(seed, digits, clock.now(), after=factor.last_step)


async def _use_code(res: Resources, user_id: UUID, digits: str) -> bool:
    factor = await store.get(res.db, user_id)
    step = step_of(res, user_id, factor, digits) if factor else None
    if factor is None or step is None:
        return False
    async with res.db.transaction() as tx:
        used = await store.use_step(tx, user_id, factor.sealed, step)
        if used and seals.is_dated(res.secrets, factor.seal):
            seed = seals.opened(res.secrets, user_id, factor.seal)
            await store.reseal(tx, user_id, factor.sealed, seals.seal(res.secrets, user_id, seed))
    return used


async def _use_recovery(res: Resources, user_id: UUID, code: str) -> bool:
    async with res.db.transaction() as tx:
        return await store.use_recovery_code(tx, user_id, rules.digest(code), clock.now())
