"""The signed requests of producers and devices: one canonical string, HMAC-SHA256, base64.

Six lines joined by a newline: method, path with query exactly as sent, lower-case hex SHA-256 of
the raw body, id, nonce (empty if a producer sent none), timestamp. Everything that can be wrong is
refused with one text, so that a caller learns nothing from the refusal.
"""

import hmac
from datetime import datetime, timedelta

from caerus_client.errors import UnsignableText
from caerus_client.signing import canonical, sign
from msgspec import Struct
from starlette.requests import Request

from hub.core import clock, tracing
from hub.core.batching import Batcher
from hub.core.nursery import Nursery
from hub.core.problems import Unauthenticated, Unavailable
from hub.core.redis import Redis, RedisError

_MAX_NONCE = 128


class Signed(Struct, frozen=True):
    """The headers of a signed request, and the string they sign."""

    id: str
    nonce: str
    timestamp: str
    signature: str
    canonical: bytes

    def skew(self) -> timedelta:
        """How far the signer's clock is behind ours; `ValueError` or `TypeError` if it signed no time."""
        return clock.now() - datetime.fromisoformat(self.timestamp)


def is_unsigned(request: Request) -> bool:
    """Whether it carries no signature at all; an empty one is one that is wrong."""
    return "x-signature" not in request.headers


async def read(request: Request, id_header: str, *, nonce_required: bool) -> Signed:
    """The signed parts of a request; `Unauthenticated` when one is missing."""
    headers = request.headers
    id, nonce = headers.get(id_header, ""), headers.get("x-nonce", "")
    timestamp, signature = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not (id and timestamp and signature) or (nonce_required and not nonce) or len(nonce) > _MAX_NONCE:
        raise Unauthenticated
    path = request.scope["raw_path"].decode("latin-1")
    if query := request.scope["query_string"]:
        path += "?" + query.decode("latin-1")
    try:
        text = canonical(request.method, path, await request.body(), id, nonce, timestamp)
    except UnsignableText:
        raise Unauthenticated from None
    return Signed(id, nonce, timestamp, signature, text)


def check(signed: Signed, key: bytes, *, skew: int) -> None:
    """Signature and freshness (`skew` in seconds), or `Unauthenticated`."""
    fits = hmac.compare_digest(sign(key, signed.canonical).encode(), signed.signature.encode())
    try:
        fresh = abs(signed.skew()) <= timedelta(seconds=skew)
    except (ValueError, TypeError):
        fresh = False
    if not (fits and fresh):
        raise Unauthenticated


_CLAIM = """
local new = {}
for i, key in ipairs(KEYS) do
  new[i] = redis.call('SET', key, '1', 'NX', 'EX', ARGV[1]) and 1 or 0
end
return new
"""


class Nonces:
    """Each nonce is good once. Requests that come together ask Redis together."""

    def __init__(self, redis: Redis, nursery: Nursery, ttl: int) -> None:
        self._script, self._ttl = redis.register_script(_CLAIM), ttl
        self._batch: Batcher[str, bool] = Batcher(nursery, "nonces", self._claim, fail_together=(RedisError,))

    async def _claim(self, keys: list[str]) -> list[bool]:
        claimed = self._script(keys=keys, args=[self._ttl])
        return [bool(new) for new in await tracing.client("redis", "nonces.claim", claimed)]

    async def use(self, signed: Signed) -> None:
        """Without Redis nobody can say whether a nonce is new, so the request is turned away."""
        try:
            new = await self._batch.add(f"caerus:nonce:{signed.id}:{signed.nonce}")
        except RedisError as error:
            raise Unavailable("Nonces cannot be checked now. Try again shortly.") from error
        if not new:
            raise Unauthenticated
