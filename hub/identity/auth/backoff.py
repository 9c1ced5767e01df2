"""Failed sign-ins make the next one wait, twice as long each time, by account and by address.

An attempt counts before the password is looked at, so that many at once gain nothing; a good one forgets
those of its account. An unknown e-mail waits like a known one.
"""

from typing import Any

from msgspec import Struct
from prometheus_client import Counter

from hub.core import addresses, tracing
from hub.core.problems import TooMany, Unavailable
from hub.core.redis import RedisError
from hub.core.resources import Resources
from hub.identity.users import service as users

throttled = Counter("abuse_login_throttle_total", "Sign-ins refused because earlier ones failed")

_ADDRESS_FACTOR = 5
"""An address may stand for an office: it may fail so many times as often as an account."""

_TRY = """
local longest = 0
for i = 1, #KEYS do
  longest = math.max(longest, redis.call('PTTL', KEYS[i] .. ':wait'))
end
if longest > 0 then return longest end
for i = 1, #KEYS do
  local failures = redis.call('INCR', KEYS[i])
  redis.call('EXPIRE', KEYS[i], ARGV[1] * 2)
  local over = failures - tonumber(ARGV[i + 1])
  if over > 0 then
    local wait = math.min(2 ^ (over - 1), tonumber(ARGV[1]))
    redis.call('SET', KEYS[i] .. ':wait', '1', 'PX', wait * 1000)
  end
end
return 0
"""


class Attempt(Struct, frozen=True):
    """Who tries, as it is counted. The e-mail's digest stands for it: keys are no place for personal data."""

    account: str
    address: str

    @property
    def keys(self) -> list[str]:
        return [f"caerus:login:a:{self.account}", f"caerus:login:i:{self.address}"]


def attempt(email: str, ip: str | None) -> Attempt:
    address = addresses.bucket(addresses.parse(ip) if ip else None)
    return Attempt(users.digest_of(email), address)


async def begin(res: Resources, who: Attempt) -> None:
    """Count the attempt; TooMany while an earlier failure makes it wait, Unavailable when nobody can count."""
    security = res.settings.security
    free = security.login_free_failures
    args = [str(each) for each in (security.login_max_wait_seconds, free, free * _ADDRESS_FACTOR)]
    try:
        tried: Any = res.redis.eval(_TRY, 2, *who.keys, *args)
        wait = await tracing.client("redis", "backoff.try", tried)
    except RedisError as error:
        raise Unavailable("Attempts cannot be counted now. Try again shortly.") from error
    if wait:
        throttled.inc()
        seconds = max(int(wait / 1000 + 0.999), 1)
        raise TooMany(
            f"Too many failed attempts. Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
            retry_after=seconds,
        )


async def succeeded(res: Resources, who: Attempt) -> None:
    """The account starts anew; its address has one failure less."""
    account, address = who.keys
    try:
        async with res.redis.pipeline(transaction=True) as pipe:
            pipe.delete(account, f"{account}:wait")
            pipe.decr(address)
            await pipe.execute()
    except RedisError:
        return


async def forget(res: Resources, email: str, ip: str | None = None) -> None:
    """The account may be tried again at once, and from this address, if one is given."""
    account, address = attempt(email, ip).keys
    keys = [account, address] if ip else [account]
    await res.redis.delete(*keys, *(f"{key}:wait" for key in keys))
