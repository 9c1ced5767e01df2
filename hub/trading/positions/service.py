"""Live positions: from the last look, or a new one where the hub can look itself."""

import asyncio
from uuid import UUID

import structlog

from hub.core import clock, outbox
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import NotFound, Problem
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.trading.accounts import gateways, sources
from hub.trading.accounts import service as accounts
from hub.trading.accounts.looks import Depth, Want
from hub.trading.accounts.models import Held
from hub.trading.accounts.settings import settings
from hub.trading.positions import gaps, shown, store, take, topics
from hub.trading.positions.models import Live, Mark, PeakIn, Standing
from hub.trading.risk import sweep

log = structlog.get_logger()

# Who asks again and again gets what somebody has just seen.
_JUST_NOW = 1.0
# Nobody waits for a look that is only due.
_PATIENCE = 8.0


async def of_primary(res: Resources, who: Principal, refresh: bool) -> Live:
    """Of the person's primary account, or `NotFound`."""
    return await _live(res, await accounts.primary(res.db, who.person), refresh)


async def of_account(res: Resources, who: Principal, id: UUID, refresh: bool) -> Live:
    """Of one account of the person, or `NotFound`."""
    return await _live(res, await accounts.get(res.db, id, who.person), refresh)


async def reset_peak(res: Resources, who: Principal, id: UUID, given: PeakIn, visitor: Visitor) -> Live:
    """From now on peak and the day's first equity are what anybody's account has now; `NotFound` before its first look."""
    async with res.db.transaction() as tx:
        held = await accounts.hold(tx, id)
        known = await store.standing(tx, id)
        if known is None or held.currency is None:
            raise NotFound("There was no look at this account yet.")
        mark = Mark(known.equity, known.equity, known.day, clock.now())
        await store.put_mark(tx, id, mark, gaps.NONE)
        shows = shown.equity(held, held.currency, known.figures, mark, known.taken_at, known.doubt)
        topic, actor = topics.equity.name(user_id=held.user_id), f"user:{who.person}"
        await outbox.append(tx, res.redis, [Event(topic, "equity.changed", f"account:{id}", actor, shows)])
        _, entries = await sweep.judge(tx, res, [id])
        meta = {"peak_before": known.peak_equity, "peak": known.equity, "because": given.because}
        await audit.record(
            tx, *entries, audit.act(who, visitor, "account.peak_reset", f"account:{id}", **meta)
        )
    return await _live(res, held, refresh=False)


async def _live(res: Resources, held: Held, refresh: bool) -> Live:
    standing, fresh = await store.standing(res.db, held.id), settings().fresh_seconds
    wanted = _JUST_NOW if refresh else fresh
    if held.state == "verified" and _age(standing) >= wanted and await _look(res, held, standing):
        standing = await store.standing(res.db, held.id)
        held = await accounts.get(res.db, held.id, held.user_id)
    positions = await store.open_positions(res.db, held.id)
    return shown.live(held, standing, positions, _age(standing), fresh)


def _age(standing: Standing | None) -> float:
    """Seconds since the hub got the look."""
    return float("inf") if standing is None else (clock.now() - standing.received_at).total_seconds()


async def look_at_all(res: Resources, depth: Depth = "quick") -> None:
    """A look at each verified account that a gateway has a session with; one that fails or dawdles leaves the others."""
    there = [each for each in await gateways.sessions(res.redis) if each and each.state == "connected"]
    if there:
        found = await accounts.at(res.db, [each.place for each in there])
        await asyncio.gather(*(_look_again(res, held, depth) for held in found))


async def _look_again(res: Resources, held: Held, depth: Depth) -> None:
    await _look(res, held, await store.standing(res.db, held.id), _PATIENCE, depth, quotes=True)


async def _look(
    res: Resources,
    held: Held,
    standing: Standing | None,
    seconds: float | None = None,
    depth: Depth = "quick",
    *,
    quotes: bool = False,
) -> bool:
    """Whether there was one. What cannot be seen or believed leaves what is known as it is."""
    since = standing.taken_at if standing else None
    want = Want(settings().refresh_seconds if seconds is None else seconds, depth, since, quotes)
    look = await sources.look(res, held.shown(), want)
    if look is None:
        return False
    try:
        await take.from_source(res, held, look)
    except Problem as problem:
        log.warning("positions.look_refused", account=str(held.id), error=problem.detail)
    return True
