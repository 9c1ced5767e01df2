"""What a key looks like, when it is good, and which scopes there are.

`ck_`, 256 random bits in base64url, and the CRC-32 of all before it, likewise: a mistyped key is told from a
revoked one without the database, and a scanner of leaked secrets knows ours (`ck_[A-Za-z0-9_-]{49}`).
"""

import base64
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta

from hub.core.problems import Conflict, invalid
from hub.identity.keys.models import Held

PREFIX = "ck_"
MOST = 20
_RANDOM, _CHECK = 43, 6
_OPERATORS = ("owner", "admin")
_SEEN_EVERY = timedelta(minutes=1)


class TooManyKeys(Conflict):
    title = "Too many keys"

    def __init__(self) -> None:
        super().__init__(f"You have {MOST} keys; revoke one that is not needed.")


def compose(random: bytes) -> str:
    """The key of 32 random bytes."""
    body = PREFIX + _text(random)
    return body + _check(body)


def well_formed(token: str) -> bool:
    """Whether it may be one of ours."""
    body, check = token[: len(PREFIX) + _RANDOM], token[len(PREFIX) + _RANDOM :]
    return token.isascii() and token.startswith(PREFIX) and len(check) == _CHECK and check == _check(body)


def _check(body: str) -> str:
    return _text(zlib.crc32(body.encode()).to_bytes(4, "big"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def good(key: Held, now: datetime) -> bool:
    """Neither revoked nor expired, and its person may still come and is still an operator."""
    return key.revoked_at is None and now < key.expires_at and key.active and key.role in _OPERATORS


def to_be_noted(key: Held, now: datetime) -> bool:
    """Whether its use is to be written down: once a minute at most."""
    return key.last_used_at is None or last_noted_before(now) >= key.last_used_at


def last_noted_before(now: datetime) -> datetime:
    return now - _SEEN_EVERY


def check_scopes(asked: Collection[str], known: Collection[str]) -> list[str]:
    """The scopes in order, each once; Invalid names those that do not exist, and those that do."""
    if unknown := sorted(set(asked) - set(known)):
        detail = f"There is no scope {', '.join(unknown)}. There are: {', '.join(sorted(known))}."
        raise invalid("/scopes", detail)
    return sorted(set(asked))


def check_count(live: int) -> None:
    if live >= MOST:
        raise TooManyKeys
