"""Every kind of caller, ready to call."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from caerus_client.signing import device_headers, fresh_nonce, producer_headers

from hub.core import clock, guards
from hub.core.ids import uuid7
from tests.hubs import Answer, Device, Person, Producer, RunningHub

Call = Callable[[RunningHub, str, str, bytes | None], Awaitable[Answer]]
WEAK, STRONG = ("pwd",), ("pwd", "otp")


def bearing(headers: dict[str, str]) -> Call:
    async def call(hub: RunningHub, method: str, path: str, raw: bytes | None) -> Answer:
        return await hub.call(method, path, raw, headers)

    return call


def signing(who: Device | Producer) -> Call:
    headers = device_headers if isinstance(who, Device) else producer_headers

    async def call(hub: RunningHub, method: str, path: str, raw: bytes | None) -> Answer:
        signed = headers(who.key, who.id, method, path, raw or b"", now=clock.now(), nonce=fresh_nonce())
        return await hub.call(method, path, raw, signed)

    return call


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def key(hub: RunningHub, owner: Person, *scopes: str) -> dict[str, str]:
    body = {"name": uuid4().hex, "scopes": list(scopes), "expires_in_days": 1}
    answer = await hub.call("POST", "/api/v1/api-keys", body, owner.bearer)
    assert answer.status == 201, answer.raw
    return bearer(answer.body["key"])


async def revoked(hub: RunningHub, person: Person) -> dict[str, str]:
    session = uuid7()
    async with hub.res.db.transaction() as tx:
        await hub.res.revocations.revoke(tx, [session])
    return bearer(hub.token(person.id, "owner", session_id=session))


class Callers:
    """Made once; `of(name, scope)` is who calls where this scope would let a key in."""

    def __init__(self, people: dict[str, Call], keys: dict[str, Call], bare: dict[str, Call]) -> None:
        self._people, self._keys, self._bare = people, keys, bare

    def of(self, name: str, scope: str) -> Call:
        if name == "key with scope":
            return self._keys.get(scope) or next(iter(self._keys.values()))
        return self._bare[scope] if name == "key without scope" and scope else self._others(name)

    def _others(self, name: str) -> Call:
        return next(iter(self._keys.values())) if name == "key without scope" else self._people[name]


async def made(hub: RunningHub) -> Callers:
    user, admin, owner = [await hub.person(role) for role in ("user", "admin", "owner")]

    def token(person: Person, role: str, methods: tuple[str, ...] = STRONG, **proof: Any) -> Call:
        return bearing(bearer(hub.token(person.id, role, methods, **proof)))

    people: dict[str, Call] = {
        "nobody": bearing({}),
        "garbage": bearing(bearer("garbage")),
        "expired": bearing(bearer(expired(hub, user.id))),
        "revoked": bearing(await revoked(hub, owner)),
        "user": token(user, "user"),
        "stale user": token(user, "user", at=0),
        "mini app user": token(user, "user", audience="miniapp"),
        "admin": token(admin, "admin"),
        "owner": token(owner, "owner"),
        "owner without second factor": token(owner, "owner", WEAK),
        "stale owner": token(owner, "owner", at=0),
        "mini app owner": token(owner, "owner", audience="miniapp"),
        "device": signing(await hub.device(user)),
        "producer": signing(await hub.producer()),
    }
    scopes = sorted(guards.SCOPES)
    keys = {scope: bearing(await key(hub, owner, scope)) for scope in scopes}
    bare = {
        scope: bearing(await key(hub, owner, *(other for other in scopes if other != scope)))
        for scope in scopes
    }
    return Callers(people, keys, bare)


def expired(hub: RunningHub, user_id: UUID) -> str:
    """A token that was good a minute ago."""
    seconds, mint = hub.res.settings.security.jwt_access_seconds, time.time
    time.time = lambda: mint() - seconds - 60
    try:
        return hub.token(user_id, "user")
    finally:
        time.time = mint
