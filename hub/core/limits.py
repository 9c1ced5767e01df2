"""How often: GCRA in one Lua call on Redis' own clock, exact under any concurrency.

A bucket holds one number, the theoretical arrival time (ITU-T I.371; Brandur Leach, "Rate limiting, cells
and GCRA", 2015). All buckets of a request are taken together or not at all. The same call tells whether the
caller's session was revoked (`core/security/revocations`), and claims the nonce of a signed request: each is good
once, and one that is not new takes nothing. Requests that arrive together share one round trip.
"""

from secrets import token_hex
from typing import Any

from msgspec import Struct
from prometheus_client import Counter

from hub.core import tracing
from hub.core.batching import Batcher
from hub.core.nursery import Nursery
from hub.core.problems import TooMany
from hub.core.redis import Redis, RedisError
from hub.core.settings import LimitSettings

blocked = Counter("ratelimit_block_total", "Requests refused for coming too often", ["route"])

_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('EXISTS', KEYS[1])
local answers, key, arg = {}, 2, 3
for item = 1, tonumber(ARGV[1]) do
  local buckets = tonumber(ARGV[arg + 1])
  arg = arg + 1
  local revoked = KEYS[key] ~= '' and redis.call('EXISTS', KEYS[key]) or 0
  local nonce, replayed = KEYS[key + 1], 0
  if nonce ~= '' then
    local claimed = redis.call('GET', nonce)
    if claimed and claimed ~= ARGV[3] .. item then replayed = 1 end
  end
  key = key + 2
  local new, refused, wait, left, reset = {}, 0, 0, 0, 0
  for b = 1, buckets do
    local step, burst = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
    arg = arg + 2
    local tat = math.max(tonumber(redis.call('GET', KEYS[key + b - 1]) or now), now) + step
    local early = tat - burst * step - now
    new[b] = tat
    if early > 0 then
      if early > wait then refused, wait = b, early end
    end
    local remaining = math.floor((burst * step - (tat - now)) / step)
    if b == 1 or remaining < left then left, reset = remaining, tat - now end
  end
  if refused == 0 and revoked == 0 and replayed == 0 then
    if nonce ~= '' then redis.call('SET', nonce, ARGV[3] .. item, 'EX', ARGV[2]) end
    for b = 1, buckets do
      redis.call('SET', KEYS[key + b - 1], string.format('%.0f', new[b]), 'PX',
        math.ceil((new[b] - now) / 1000) + 1000)
    end
  end
  key = key + buckets
  answers[item] = {known, revoked, replayed, refused, math.ceil(wait), math.max(left, 0), math.ceil(reset)}
end
return answers
"""


class Limit(Struct, frozen=True):
    """`quota` requests in `window` seconds, all at once if need be, then one every window / quota."""

    name: str
    quota: int
    window: int = 60


class Quotas(Struct, frozen=True):
    """The limits in force, by whom they count."""

    public: Limit
    user: Limit
    device: Limit
    producer: Limit
    key: Limit
    auth: Limit


def quotas(settings: LimitSettings) -> Quotas:
    return Quotas(
        public=Limit("ip", settings.ip),
        user=Limit("user", settings.user),
        device=Limit("device", settings.device),
        producer=Limit("producer", settings.producer),
        key=Limit("key", settings.key),
        auth=Limit("auth", settings.auth),
    )


class Bucket(Struct, frozen=True):
    """A limit as it applies to one caller."""

    limit: Limit
    caller: str

    @property
    def key(self) -> str:
        return f"caerus:limit:{self.limit.name}:{self.caller}"


class Taken(Struct, frozen=True):
    """What became of a request. `refused_by` is the bucket that was empty; times in seconds.

    `revoked` is None when Redis does not know (it was emptied): ask the database. `replayed`: its nonce was used before.
    """

    revoked: bool | None
    replayed: bool
    refused_by: Bucket | None
    retry_after: float
    remaining: int
    reset: float


class _Item(Struct, frozen=True):
    session: str
    nonce: str
    buckets: tuple[Bucket, ...]


class Limits:
    """The buckets of all hub processes."""

    def __init__(self, redis: Redis, nursery: Nursery, revocations: str, nonce_ttl: int) -> None:
        """`revocations` is the key that says that Redis holds every revocation there is; a nonce is kept `nonce_ttl` s."""
        self._script, self._revocations = redis.register_script(_TAKE), revocations
        self._nonce_ttl = nonce_ttl
        self._batch: Batcher[_Item, Taken] = Batcher(
            nursery, "limits", self._take, fail_together=(RedisError,)
        )

    async def take(self, *buckets: Bucket, session: str = "", nonce: str = "") -> Taken:
        """One request from each bucket, or from none; RedisError when nobody can say.

        `session` is the key of a revocation mark to look for, `nonce` the key to claim with the request.
        """
        return await self._batch.add(_Item(session, nonce, buckets))

    async def _take(self, items: list[_Item]) -> list[Taken]:
        keys: list[str] = [self._revocations]
        # A call that is made once more, because the connection broke, finds the nonces that it has claimed itself.
        args: list[int | str] = [len(items), self._nonce_ttl, f"{token_hex(8)}:"]
        for item in items:
            keys += [item.session, item.nonce, *(bucket.key for bucket in item.buckets)]
            args.append(len(item.buckets))
            for bucket in item.buckets:
                args += [bucket.limit.window * 1_000_000 // bucket.limit.quota, bucket.limit.quota]
        answers = await tracing.client("redis", "limits.take", self._script(keys=keys, args=args))
        return [_taken(item, answer) for item, answer in zip(items, answers, strict=True)]


def _taken(item: _Item, answer: Any) -> Taken:
    known, revoked, replayed, refused, wait, left, reset = (int(value) for value in answer)
    by = item.buckets[refused - 1] if refused else None
    return Taken(bool(revoked) if known else None, bool(replayed), by, wait / 1e6, left, reset / 1e6)


def headers(bucket: Bucket, taken: Taken) -> dict[str, str]:
    """draft-ietf-httpapi-ratelimit-headers-11: the policy, and what is left of it."""
    limit = bucket.limit
    return {
        "RateLimit-Policy": f'"{limit.name}";q={limit.quota};w={limit.window}',
        "RateLimit": f'"{limit.name}";r={taken.remaining};t={_whole(taken.reset)}',
    }


def too_many(route: str, bucket: Bucket, taken: Taken) -> TooMany:
    """429 that says when to come back."""
    blocked.labels(route).inc()
    seconds = max(_whole(taken.retry_after), 1)
    limit = bucket.limit
    detail = f"{limit.quota} requests in {limit.window} s are allowed here. Try again in {seconds} s."
    given = headers(bucket, taken) | {"Retry-After": str(seconds)}
    return TooMany(detail, headers=given, limit=limit.name, retry_after=seconds)


def _whole(seconds: float) -> int:
    return int(seconds + 0.999)
