"""Make API keys, list them, revoke them, and tell whose key came."""

import hashlib
import os
from datetime import timedelta
from uuid import UUID

from hub.core import clock, guards
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound, Unauthenticated
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.keys import rules, store
from hub.identity.keys.models import KeyIn, KeyInfo, Keys, Made


class KeyNameTaken(Conflict):
    title = "Key name taken"

    def __init__(self) -> None:
        super().__init__("You have a key of this name; choose another, or revoke that one.")


def digest(token: str) -> bytes:
    """What is stored of a key with 256 random bits: no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


async def make(res: Resources, who: Principal, given: KeyIn, visitor: Visitor) -> Made:
    """A new key, shown this once; Invalid, KeyNameTaken or TooManyKeys."""
    scopes = rules.check_scopes(given.scopes, guards.SCOPES)
    token, now, life = rules.compose(os.urandom(32)), clock.now(), timedelta(days=given.expires_in_days)
    new = KeyInfo(uuid7(), given.name, token[-4:], scopes, now, now + life)
    async with res.db.transaction() as tx:
        await store.hold_operator(tx, who.person)
        rules.check_count(await store.count(tx, who.person, now))
        if not await store.add(tx, who.person, digest(token), new):
            raise KeyNameTaken
        meta = {"scopes": scopes, "days": given.expires_in_days}
        await audit.record(tx, audit.act(who, visitor, "key.create", f"key:{new.id}", **meta))
    return Made(token, new)


async def listed(res: Resources, who: Principal) -> Keys:
    return Keys(await store.of(res.db, who.person))


async def revoke(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> None:
    """From now on the key is refused."""
    async with res.db.transaction() as tx:
        if not await store.revoke(tx, id, who.person, clock.now()):
            raise NotFound("You have no such key.")
        await audit.record(tx, audit.act(who, visitor, "key.revoke", f"key:{id}"))


async def revoke_all(tx: Transaction, user_id: UUID) -> int:
    """Revoke every key of a person; how many there were."""
    return await store.revoke_all(tx, user_id, clock.now())


@guards.resolves(rules.PREFIX)
async def resolve(res: Resources, token: str) -> Principal:
    """Whose key this is, with the role that person has now; asked of the database on every request."""
    now = clock.now()
    key = await store.by_hash(res.db, digest(token)) if rules.well_formed(token) else None
    if key is None or not rules.good(key, now):
        raise Unauthenticated
    if rules.to_be_noted(key, now):
        await store.used(res.db, key.id, now, rules.last_noted_before(now))
    return Principal(
        "key",
        str(key.id),
        key.user_id,
        key.role,
        expires_at=key.expires_at.timestamp(),
        scopes=frozenset(key.scopes),
    )
