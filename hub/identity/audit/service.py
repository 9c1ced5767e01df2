"""Record what was done, read it, prove that the record was not touched. `heads.py` signs where it stands."""

from typing import Any

import msgspec
from msgspec import Struct
from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import rules, store
from hub.identity.audit.models import Entry, LogPage, LogQuery, Numbered

_events = Counter("audit_events_total", "Audit entries written", ["action"])
_PAGE = 1_000


class Broken(Struct, frozen=True):
    """The first entry whose hash does not follow from the one before; no action when it is missing."""

    seq: int
    action: str | None


def act(who: Principal | None, visitor: Visitor, action: str, target: str, **meta: Any) -> Entry:
    """What somebody did, by themselves or by an API key; None is whoever is at the server itself."""
    if who is None:
        return Entry(action, target, "system", meta=meta)
    by = {"key": who.id} if who.kind == "key" else {}
    return Entry(action, target, who.role, who.user_id, visitor.ip, meta | by)


async def record(tx: Transaction, *entries: Entry) -> None:
    """Chain entries. Do it last in a transaction: the chain is locked until it ends."""
    now = clock.now()
    head = await store.chain_head(tx, now)
    before = head.hash or rules.GENESIS
    ids = [uuid7() for _ in entries]
    metas = [msgspec.json.encode(entry.meta, order="sorted").decode() for entry in entries]
    hashes = []
    for entry, id, meta in zip(entries, ids, metas, strict=True):
        before = rules.link(
            before, id, now, entry.actor_id, entry.actor_role, entry.action, entry.target, entry.ip, meta
        )
        hashes.append(before)
        _events.labels(entry.action).inc()
    await store.add(
        tx,
        seq=head.seq,
        ids=ids,
        ts=now,
        actor_ids=[entry.actor_id for entry in entries],
        actor_roles=[entry.actor_role for entry in entries],
        actions=[entry.action for entry in entries],
        targets=[entry.target for entry in entries],
        ips=[entry.ip for entry in entries],
        metas=metas,
        hashes=hashes,
    )


async def verify(db: Runs, after: int = 0) -> Broken | int:
    """How many entries hold, or the first that does not. Those written meanwhile are not looked at.

    `after` is the number of an entry whose hash is taken as it is: only what follows it is checked.
    """
    head = await store.head(db)
    start = await store.hash_of(db, after) if after else Numbered(0, rules.GENESIS)
    if start is None:
        return Broken(after, None)
    return await follow(db, start, Numbered(head.seq, head.hash or rules.GENESIS))


async def follow(db: Runs, start: Numbered, end: Numbered) -> Broken | int:
    """Whether the entries after `start` lead to `end`, and how many they are."""
    before, seq, count = start.hash, start.seq, 0
    while rows := await store.between(db, seq, end.seq, _PAGE):
        for row in rows:
            before = rules.link(
                before, row.id, row.ts, row.actor_id, row.actor_role, row.action, row.target, row.ip, row.meta
            )
            if before != row.hash:
                return Broken(row.seq, row.action)
            count += 1
        seq = rows[-1].seq
    return count if before == end.hash else Broken(seq + 1, None)


async def listed(res: Resources, query: LogQuery) -> LogPage:
    rows = await store.listed(res.db, query, query.limit + 1)
    more = len(rows) > query.limit
    return LogPage([row.shown() for row in rows[: query.limit]], rows[query.limit - 1].seq if more else None)
