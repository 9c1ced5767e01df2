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
    """The first entry whose hash does not follow from the one before; no action when it is missing."""

    seq: int
    action: str | None


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


async def verify(db: Runs) -> Broken | int:
    """How many entries hold, or the first that does not. Those written meanwhile are not looked at."""
    head = await store.head(db)
    before, seq, count = rules.GENESIS, 0, 0
    while rows := await store.between(db, seq, head.seq, _PAGE):
        for row in rows:
            before = rules.link(
                before, row.id, row.ts, row.actor_id, row.actor_role, row.action, row.target, row.ip, row.meta
            )
            if before != row.hash:
                return Broken(row.seq, row.action)
            count += 1
        seq = rows[-1].seq
    return count if before == (head.hash or rules.GENESIS) else Broken(seq + 1, None)
