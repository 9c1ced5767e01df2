"""Record what was done, and prove that the record was not touched."""

import msgspec
from msgspec import Struct
from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.sql import Runs
from hub.identity.audit import rules, store
from hub.identity.audit.models import Entry

_events = Counter("audit_events_total", "Audit entries written", ["action"])
_PAGE = 1_000


class Broken(Struct, frozen=True):
    """The first entry whose hash does not follow from the one before."""

    seq: int
    action: str


async def record(tx: Transaction, *entries: Entry) -> None:
    """Chain entries. Do it last in a transaction: the chain is locked until it ends."""
    before, now = (await store.chain_head(tx)).hash or rules.GENESIS, clock.now()
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


async def verify(db: Runs) -> Broken | int:
    """How many entries hold, or the first that does not."""
    before, seq, count = rules.GENESIS, 0, 0
    while rows := await store.after(db, seq, _PAGE):
        for row in rows:
            before = rules.link(
                before, row.id, row.ts, row.actor_id, row.actor_role, row.action, row.target, row.ip, row.meta
            )
            if before != row.hash:
                return Broken(row.seq, row.action)
            count += 1
        seq = rows[-1].seq
    return count
