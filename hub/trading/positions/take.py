"""Take looks: one transaction stores how an account stands, what is open, and what was booked."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.trading.accounts import verify
from hub.trading.accounts.looks import Look
from hub.trading.accounts.models import Held
from hub.trading.accounts.settings import settings
from hub.trading.commands.rules import command_in
from hub.trading.positions import gaps, peaks, quotes, rules, shown, store, topics
from hub.trading.positions.models import Figures, Flow, Gap, Mark, Open, Standing, Taken
from hub.trading.positions.rules import Diff
from hub.trading.positions.store import Booked
from hub.trading.risk import sweep
from hub.trading.trades import service as trades
from hub.trading.trades.ledger import Whose
from hub.trading.trades.models import EquityPoint

_looks = from_zero(
    Counter("account_snapshots_total", "Looks at accounts taken", ["result"]), ("new", "old", "doubtful")
)
# A deal that we have not seen was not in the last look, even if its time is a little before that look's.
_SLACK = timedelta(seconds=60)
_MOST_MS = 2**31 - 1
_POINT_EVERY = timedelta(minutes=5)


async def from_terminal(res: Resources, who: Principal, look: Look, ip: str | None) -> Taken:
    """A signed look of a person's own terminal; the first one proves whose the account is.

    One that is not newer than what is known is answered alike and changes nothing of how the account stands.
    """
    rules.check(look, settings().max_positions, settings().tolerance_pct)
    async with res.db.transaction() as tx:
        held, proven = await verify.of_terminal(tx, res, who, look)
        result = await _take(tx, res, held, look, f"device:{who.id}")
        _, entries = await sweep.judge(tx, res, [held.id])
        await quotes.from_terminal(tx, held, look)
        if proven:
            entries.append(verify.entry(proven, who, ip))
        if entries:
            await audit.record(tx, *entries)
    if proven:
        verify.count(proven)
    _looks.labels(result).inc()
    return Taken(held.id, look.seq, rules.doubt(look))


async def from_source(res: Resources, account: Held, look: Look) -> None:
    """A look through a terminal of the hub's own, which proves nothing new."""
    rules.check(look, settings().max_positions, settings().tolerance_pct)
    async with res.db.transaction() as tx:
        held = await verify.of_source(tx, account, look)
        if held is None:
            return
        result = await _take(tx, res, held, look, "system")
        _, entries = await sweep.judge(tx, res, [held.id])
        await quotes.from_source(tx, look)
        if entries:
            await audit.record(tx, *entries)
    _looks.labels(result).inc()


async def _take(tx: Transaction, res: Resources, held: Held, look: Look, actor: str) -> str:
    """Which of `_looks` it was. The account is locked."""
    known = await store.standing(tx, held.id)
    if rules.doubt(look):
        await _doubted(tx, res, held, look, known, actor)
        return "doubtful"
    if known and look.seq == known.seq:  # the same look: several ask a gateway at once
        return "old"
    now = clock.now()
    booked = await store.add_deals(tx, held.id, look.deals, look.currency, now) if look.deals else []
    figures, at = rules.figures(look), peaks.moment(look.time, now)
    if known and look.seq < known.seq:
        await _late(tx, held.id, known, booked, figures.equity, at)
        await _trades(tx, res, held, look, known.balance, booked)
        await _point(tx, held, look, figures.equity, at)
        return "old"
    mark, gap = await _judged(tx, held.id, known, booked, figures, at, now)
    await store.put_standing(tx, held.id, look, figures, mark, gap, now, _skew_ms(look, now))
    diff = await _positions(tx, held, look, now)
    await _trades(tx, res, held, look, figures.balance, booked)
    if known is None or _span(peaks.moment(known.taken_at, known.received_at)) != _span(at):
        await _point(tx, held, look, figures.equity, at)
    await outbox.append(tx, res.redis, _news(held, look, known, figures, mark, diff, actor))
    return "new"


async def _trades(
    tx: Transaction, res: Resources, held: Held, look: Look, balance: int, booked: list[Booked]
) -> None:
    """Those that new deals began or ended. `balance` is the newest."""
    if tickets := list({each.ticket for each in booked if each.kind == "trade" and each.ticket}):
        whose = Whose(held.user_id, held.id, look.currency)
        await trades.follow(res, tx, whose, balance, tickets)


def _span(at: datetime) -> datetime:
    """When the few minutes began that have one point of equity."""
    return at - (at - datetime.min.replace(tzinfo=UTC)) % _POINT_EVERY


async def _point(tx: Transaction, held: Held, look: Look, equity: int, at: datetime) -> None:
    """The first of its span is kept."""
    point = EquityPoint(
        id=uuid7(),
        user_id=held.user_id,
        account_id=held.id,
        currency=look.currency,
        at=_span(at),
        equity=equity,
    )
    await trades.add_equity_points(tx, [point])


async def _flows(tx: Transaction, account_id: UUID, paid: list[Booked], equity: int) -> list[Flow]:
    """What was paid, in order; what each withdrawal left is kept for looks that come late."""
    paid = sorted(paid, key=lambda each: (each.at, each.deal))
    lefts = peaks.shares([each.profit for each in paid], equity)
    known = {each.deal: left for each, left in zip(paid, lefts, strict=True) if left is not None}
    if known:
        await store.set_left(tx, account_id, list(known), list(known.values()))
    return [Flow(each.profit, left) for each, left in zip(paid, lefts, strict=True)]


async def _judged(
    tx: Transaction,
    account_id: UUID,
    known: Standing | None,
    booked: list[Booked],
    figures: Figures,
    at: datetime,
    now: datetime,
) -> tuple[Mark, Gap]:
    """Peak and day after a newer look. As long as something is unexplained nothing counts as paid: that comes when it is
    explained, or has lasted too long.
    """
    before = known or await store.standing_before(tx, account_id)
    if before is None:
        return peaks.begin(figures.equity, at), gaps.NONE
    since = (before.unexplained_at or peaks.moment(before.taken_at, before.received_at)) - _SLACK
    gap, every = gaps.NONE, False
    if known:
        recent = sum(each.money for each in booked if each.at > since)
        gap, every = gaps.after(known, figures.paid, recent, sum(each.money for each in booked), now)
    if gap.amount:
        return peaks.onward(before.mark, [], figures.equity - max(gap.amount, 0), at), gap
    paid = await _paid(tx, account_id, booked, before.unexplained_at)
    flows = await _flows(tx, account_id, [e for e in paid if every or e.at > since], figures.equity)
    return peaks.onward(before.mark, flows, figures.equity, at), gap


async def _paid(
    tx: Transaction, account_id: UUID, booked: list[Booked], heard: datetime | None
) -> list[Booked]:
    """Money in and out that is new, or was heard of since something was unexplained."""
    if heard:
        return await store.paid_since(tx, account_id, heard)
    return [each for each in booked if each.kind == "balance"]


async def _late(
    tx: Transaction, account_id: UUID, known: Standing, booked: list[Booked], equity: int, at: datetime
) -> None:
    """An older look, whose deals may be those that the newest was without."""
    mark, gap = known.mark, gaps.late(known, sum(each.money for each in booked))
    if known.unexplained and not gap.amount:
        paid = await store.paid_since(tx, account_id, known.unexplained_at or at)
        flows = await _flows(tx, account_id, paid, known.equity)
        mark = peaks.onward(mark, flows, known.equity, peaks.moment(known.taken_at, known.received_at))
    mark = peaks.late(mark, await store.flows_since(tx, account_id, at), equity, at)
    if (mark, gap.amount) != (known.mark, known.unexplained):
        await store.put_mark(tx, account_id, mark, gap)


async def _doubted(
    tx: Transaction, res: Resources, held: Held, look: Look, known: Standing | None, actor: str
) -> None:
    """The last good figures stay; that there is doubt, and since when, stands beside them."""
    doubt, now = rules.doubt(look), clock.now()
    if doubt is None or known is None or look.seq <= known.seq:
        return
    await store.put_doubt(tx, held.id, look, doubt, now, _skew_ms(look, now))
    if known.doubt is None:
        equity = shown.equity(held, look.currency, known.figures, known.mark, known.taken_at, doubt)
        await outbox.append(tx, res.redis, [_event(held, "equity.changed", equity, actor)])


def _skew_ms(look: Look, now: datetime) -> int:
    skew = int((now - look.time).total_seconds() * 1000)
    return max(-_MOST_MS, min(skew, _MOST_MS))


async def _positions(tx: Transaction, held: Held, look: Look, now: datetime) -> Diff:
    seen = [rules.seen(each, look.currency) for each in look.positions]
    diff = rules.diff(await store.open_positions(tx, held.id), seen)
    if not look.connected:  # a terminal without its broker shows what it still has
        diff = Diff(diff.opened, diff.changed, [])
    if diff.opened:
        diff = Diff(await _of_commands(tx, held, diff.opened), diff.changed, diff.gone)
    if moved := diff.opened + diff.changed:
        await store.put_positions(tx, held.id, moved, now)
    if diff.gone:
        await store.close_positions(tx, held.id, diff.gone, now)
    return diff


async def _of_commands(tx: Transaction, held: Held, opened: list[Open]) -> list[Open]:
    ids = [id for each in opened if (id := command_in(each.comment))]
    ours = await store.commands_among(tx, ids, held.user_id) if ids else set()
    return rules.with_commands(opened, ours)


def _news(
    held: Held,
    look: Look,
    known: Standing | None,
    figures: Figures,
    mark: Mark,
    diff: Diff,
    actor: str,
) -> list[Event]:
    events = []
    if diff.opened or diff.changed or diff.gone:
        changed = shown.changed(held, look.currency, diff, look.time)
        events.append(_event(held, "positions.changed", changed, actor))
    if known is None or known.doubt or (figures, mark) != (known.figures, known.mark):
        equity = shown.equity(held, look.currency, figures, mark, look.time, None)
        events.append(_event(held, "equity.changed", equity, actor))
    return events


def _event(held: Held, kind: str, data: object, actor: str) -> Event:
    topic = topics.positions if kind == "positions.changed" else topics.equity
    return Event(topic.name(user_id=held.user_id), kind, f"account:{held.id}", actor, data)
