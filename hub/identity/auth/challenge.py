"""Between password and code: a token that stands for a password just given, and is good for one sign-in.

Redis keeps its digest alone. Without Redis nobody can say what a token stands for: sign-in is shut.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from hub.core.problems import Unavailable
from hub.core.redis import RedisError
from hub.core.resources import Resources

SECONDS = 300


def key(token: str) -> str:
    return f"caerus:mfa:{hashlib.sha256(token.encode()).hexdigest()}"


@contextmanager
def _shut_without_redis() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Sign-in with a code is not possible now. Try again shortly.") from error


async def begin(res: Resources, user_id: UUID) -> str:
    """A token of 256 random bits for a person who gave the password."""
    token = secrets.token_urlsafe(32)
    with _shut_without_redis():
        await res.redis.set(key(token), str(user_id), ex=SECONDS)
    return token


async def whose(res: Resources, token: str) -> UUID | None:
    """Who gave the password for it, as long as it is good."""
    with _shut_without_redis():
        found = await res.redis.get(key(token))
    return UUID(found.decode()) if found else None


async def finish(res: Resources, token: str) -> bool:
    """Use it up; whether this was its one use."""
    with _shut_without_redis():
        return bool(await res.redis.delete(key(token)))
