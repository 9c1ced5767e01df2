"""Daily heads: where the chain stood when a day was over, signed, so that it can be published.

Who can rewrite the whole log can rewrite its hashes too; a head that somebody else keeps still tells.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct
from prometheus_client import Counter

from hub.core import clock
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.security.tokens import statement
from hub.core.sql import Runs
from hub.identity.audit import rules, service, store
from hub.identity.audit.models import Daily, HeadsPage, HeadsQuery, Numbered

log = structlog.get_logger()

_broken = Counter("audit_chain_broken_total", "Days whose entries did not follow from those before")


class Unfit(Struct, frozen=True):
    """A head that does not hold: which, and why."""

    which: str
    why: str


async def sign(res: Resources) -> int:
    """Sign the head of every day that is over and has none; how many.

    What does not chain is reported and signed as it is: what is done to it later will show.
    """
    newest, first = await store.newest_daily(res.db), await store.first(res.db)
    if first is None:
        return 0
    before = Numbered(newest.seq, newest.hash) if newest else Numbered(0, rules.GENESIS)
    count, start = 0, rules.day_after(newest.day) if newest else rules.day_of(first.ts)
    for day in rules.days_over(start, clock.now()):
        entry = await store.newest_before(res.db, rules.end_of(day)) or before
        await _report(res.db, day, before, entry)
        count += await _sign(res, day, entry)
        before = entry
    return count


async def _report(db: Runs, day: date, before: Numbered, entry: Numbered) -> None:
    found = await service.follow(db, before, entry)
    if isinstance(found, service.Broken):
        _broken.inc()
        log.error("audit.chain.broken", day=str(day), seq=found.seq, action=found.action)


async def _sign(res: Resources, day: date, entry: Numbered) -> bool:
    now = clock.now()
    claims = rules.claims(res.settings.security.jwt_issuer, day, entry.seq, entry.hash, now)
    token = res.tokens.sign(claims, rules.HEAD)
    return await store.add_daily(res.db, Daily(day, entry.seq, entry.hash, now, token))


async def get(db: Runs, day: date | None = None) -> Daily:
    """The head of a day, or the newest; NotFound."""
    head = await store.daily_of(db, day) if day else await store.newest_daily(db)
    if head is None:
        raise NotFound(f"There is no head of {day}." if day else "No day has a head yet.")
    return head


async def listed(res: Resources, query: HeadsQuery) -> HeadsPage:
    rows = await store.daily(res.db, query.cursor, query.limit + 1)
    more = len(rows) > query.limit
    return HeadsPage(
        [row.shown() for row in rows[: query.limit]], rows[query.limit - 1].day if more else None
    )


async def check(db: Runs, keys: Sequence[RSAPublicKey]) -> Unfit | int:
    """How many daily heads fit their signature and the log, or the first that does not."""
    before, rows = None, await store.all_daily(db)
    for row in rows:
        if why := rules.unfit(row, before, statement(row.token, rules.HEAD, keys)):
            return Unfit(str(row.day), why)
        before = row.day
    return len(rows)


async def check_published(db: Runs, tokens: Iterable[str], keys: Sequence[RSAPublicKey]) -> Unfit | int:
    """The same for heads that were kept elsewhere."""
    count = 0
    for count, token in enumerate(tokens, start=1):
        said = statement(token, rules.HEAD, keys)
        if said is None:
            return Unfit(f"line {count}", "is not signed by a known key")
        entry = await store.hash_of(db, said["seq"])
        if entry is None or entry.hash.hex() != said["hash"]:
            return Unfit(said["day"], rules.astray(said["seq"], entry.hash if entry else None))
    return count
