"""May this request go on? Limits, nonce and revocation, one round trip, between the guard and the handler.

Who has proven nothing is counted by address; a person, device, producer or API key by itself, so that an
office behind one address does not share 60 requests. When Redis is away, what guards sign-in stays shut and
the rest stays open: trading must not stop because counting did, and revocation is asked of the database. What came
with a nonce is turned away: nobody can say whether it is new.
"""

from typing import Literal
from uuid import UUID

import structlog
from starlette.requests import Request

from hub.core import limits
from hub.core.addresses import Address, bucket
from hub.core.limits import Bucket, Limit, Quotas, Taken
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated, Unavailable
from hub.core.redis import RedisError
from hub.core.resources import Resources
from hub.core.security.revocations import mark

log = structlog.get_logger()

Policy = Literal["caller", "auth", "none"]
"""`caller`: by who calls. `auth`: by address besides, few, and shut when nobody can count. `none`: probes."""


def _buckets(of: Quotas, policy: Policy, who: Principal, address: Address | None) -> tuple[Bucket, ...]:
    if policy == "none":
        return ()
    limit: Limit = getattr(of, who.kind)
    own = Bucket(limit, bucket(address) if who.kind == "public" else who.id)
    return (own, Bucket(of.auth, bucket(address))) if policy == "auth" else (own,)


async def admit(request: Request, res: Resources, policy: Policy, who: Principal, route: str) -> None:
    """Count the request, look whether its session still is and its nonce is new; TooMany, Unauthenticated or Unavailable."""
    address = request.scope.get("caerus.address")
    buckets = () if request.scope.get("caerus.exempt") else _buckets(res.quotas, policy, who, address)
    nonce: str = request.scope.get("caerus.nonce", "")
    if not (buckets or nonce or who.session_id):
        return
    taken = await _taken(res, who.session_id, *buckets, nonce=nonce)
    if taken is None and policy == "auth":
        raise Unavailable("Attempts cannot be counted now. Try again shortly.")
    if taken is None and nonce:
        raise Unavailable("Nonces cannot be checked now. Try again shortly.")
    if taken and taken.replayed:
        await stranger(request, res, route)
        raise Unauthenticated
    if await _is_over(res, who.session_id, taken):
        raise Unauthenticated
    if taken is None or not buckets:
        return
    if taken.refused_by:
        raise limits.too_many(route, taken.refused_by, taken)
    request.scope["caerus.headers"] = limits.headers(buckets[-1], taken)


async def stranger(request: Request, res: Resources, route: str) -> None:
    """A request that failed to prove who sent it counts against its address."""
    if request.scope.get("caerus.exempt"):
        return
    taken = await _taken(res, None, Bucket(res.quotas.public, bucket(request.scope.get("caerus.address"))))
    if taken and taken.refused_by:
        raise limits.too_many(route, taken.refused_by, taken)


async def still_good(res: Resources, session_id: UUID | None) -> bool:
    """Whether a session was not revoked, for those who come by another way than a request."""
    return session_id is None or not await _is_over(res, session_id, await _taken(res, session_id))


async def _taken(res: Resources, session_id: UUID | None, *buckets: Bucket, nonce: str = "") -> Taken | None:
    """None: Redis is away, and nobody can say."""
    try:
        return await res.limits.take(*buckets, session=mark(session_id) if session_id else "", nonce=nonce)
    except RedisError:
        return None


async def _is_over(res: Resources, session_id: UUID | None, taken: Taken | None) -> bool:
    """What Redis said of a session; what the database says where Redis is away, or was emptied."""
    if session_id is None:
        return False
    if taken and taken.revoked is not None:
        return taken.revoked
    if taken:
        log.warning("revocations.reloaded", count=await res.revocations.load())
    return await res.revocations.is_revoked(session_id)
