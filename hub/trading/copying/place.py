"""Approve new signals on behalf of those who copy: each person and signal in one transaction, once, whoever dies."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, get_args
from uuid import UUID

import structlog
from msgspec import Struct
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.alerts import queue as alerts
from hub.core.alerts.queue import Alert
from hub.core.db import AWAY, Transaction
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.problems import Problem
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.accounts import quoting
from hub.trading.approvals import service as approvals
from hub.trading.approvals.models import ApprovalIn, Hand
from hub.trading.commands import service as commands
from hub.trading.commands.models import Bounds
from hub.trading.copying import consent, market, rules, standing, store, topics
from hub.trading.copying.kept import Kept, of_problem
from hub.trading.copying.models import Copied, Copier, Fit, Known, Outcome, OwnReason, Proposed
from hub.trading.copying.settings import settings
from hub.trading.risk import caps, controls
from hub.trading.risk import rules as limits
from hub.trading.risk import service as risk
from hub.trading.risk.models import Reason as RiskReason
from hub.trading.risk.models import Verdict
from hub.trading.signals import service as signals
from hub.trading.signals.models import Held

log = structlog.get_logger()

_QUIET = ("off", "not_earned", "decided", "closed")
"""No risk kept these out, and nobody needs to be told of them."""

_trades = from_zero(
    Counter("copy_trades_total", "Signals by what was done on somebody's behalf", ["status"]),
    get_args(Outcome),
)
blocks = from_zero(
    Counter("copy_risk_block_total", "Copied trades kept out", ["reason"]),
    [r for r in (*get_args(RiskReason), *get_args(OwnReason)) if r not in ("ok", *_QUIET)],
)
_SIGNALS = 20
_PEOPLE = 200


class Order(Struct, frozen=True):
    """On whose behalf, and under which limits."""

    res: Resources
    copier: Copier
    signal: Proposed


async def run(res: Resources) -> int:
    """Copy every open signal that was not yet; how many are done. One worker does so at a time.

    A signal is done when everybody was asked; until then whoever comes next goes on where this one stopped.
    """
    done, after = 0, None
    async with res.db.transaction() as alone:
        if not await store.alone(alone):
            return 0
        while proposed := await store.signals_to_copy(res.db, clock.now(), after, _SIGNALS):
            for signal in proposed:
                if await _copied(res, signal):
                    await store.signal_copied(res.db, signal.id, clock.now())
                    done += 1
            after = proposed[-1].id
    return done


async def _copied(res: Resources, signal: Proposed) -> bool:
    """Ask everybody; whether all were. Somebody whose turn fails keeps nobody else waiting, and is asked again."""
    every, after = True, None
    while people := await store.copiers_of(res.db, signal.id, after, _PEOPLE):
        turns = iter(people)
        lanes = (_lane(res, signal, turns) for _ in range(settings().at_once))
        answers = await asyncio.gather(*lanes, return_exceptions=True)
        if lost := [answer for answer in answers if isinstance(answer, BaseException)]:
            raise lost[0]  # when no lane is at work any more
        every = all(answers) and every
        after = people[-1]
    return every


async def _lane(res: Resources, signal: Proposed, turns: Iterator[UUID]) -> bool:
    """Ask one after the other of those whom no other lane has taken; whether all could be asked."""
    every = True
    for user_id in turns:
        try:
            await copy(res, signal, user_id)
        except AWAY:
            raise
        except Exception:
            log.exception("copying.failed", signal_id=str(signal.id), user_id=str(user_id))
            every = False
    return every


async def copy(res: Resources, signal: Proposed, user_id: UUID) -> None:
    """Approve one signal on one person's behalf, or write down why not. Safe to repeat."""
    try:
        async with res.db.transaction() as tx:
            copier = await store.hold(tx, user_id)
            if copier is None or await store.placement_exists(tx, signal.id, user_id):
                return
            order = Order(res, copier, signal)
            await _may(tx, order)
            await _approve(tx, order)
    except Kept as kept:
        await _settle(res, signal, user_id, kept)
    except Problem as problem:
        await _settle(res, signal, user_id, of_problem(problem))
    else:
        _trades.labels("placed").inc()


async def _may(tx: Transaction, order: Order) -> None:
    """What does not depend on the account. Raises `Kept`."""
    copier, signal, user_id = order.copier, order.signal, order.copier.user_id
    if not copier.enabled:
        raise Kept("off")
    if copier.consent_version != consent.current().version:
        raise Kept("consent", {"given": copier.consent_version, "needed": consent.current().version})
    if not await standing.entitled(tx, user_id):
        raise Kept("entitlement")
    if copier.suspended_for:
        raise Kept(copier.suspended_for)
    if settings().keep_hours:
        sources, hours = await quoting.of(tx, user_id), order.res.settings.trading
        verdict = await market.permits(tx, hours, signal.instrument, clock.now(), sources)
        if not verdict.opens:
            raise Kept(verdict.reason, verdict.figures)
    needed = settings().earned_approvals
    if (n := await store.approvals_of(tx, user_id, signal.strategy, needed)) < needed:
        raise Kept("not_earned", {"manual_approvals": n, "needed": needed})
    fills = await store.last_fills(tx, user_id, signal.strategy, settings().drift_fills)
    if figures := rules.drifted(fills, settings().drift_fills, settings().drift_points):
        raise Kept("drift", {**figures, "strategy": signal.strategy}, suspends=True)
    today, most = (
        await store.placed_since(tx, user_id, rules.day(clock.now())),
        rules.most(copier, standing.house()).effective,
    )
    if today >= most.max_trades_a_day:
        raise Kept("trades_a_day", {"today": today, "limit": most.max_trades_a_day})


async def _approve(tx: Transaction, order: Order) -> None:
    """By the same way as a person's own approval: what holds there holds here."""
    copier = order.copier
    covered = rules.tolerance(copier, standing.covered()).effective
    until = clock.now() + timedelta(seconds=settings().valid_seconds)
    bounds = Bounds(until, covered.max_drift_points, covered.max_spread_points)
    given = ApprovalIn(order.signal.id, "approved", f"copy:{copier.consent_version}", bounds)
    hand = Hand(copier.user_id, None, Visitor(user_agent="copying"), "copying")
    signal = await signals.hold_open(tx, order.signal.id)
    settled = await approvals.settle(tx, order.res, signal, given, hand, partial(_size, order))
    if settled.on_paper:
        raise Kept("paper")
    await audit.record(tx, settled.entry)


async def _size(order: Order, tx: Transaction, signal: Held) -> Decimal:
    """The lots of an order that risk allows: within the limits of copied trades on every account, and written down."""
    user_id, now = order.copier.user_id, clock.now()
    fit = await _fitted(tx, order, signal)
    await store.add_placement(tx, signal.id, user_id, "placed", None, {}, fit, now)
    figures = {"volume": str(fit.volume), "risk": fit.risk, "margin": fit.margin}
    await outbox.append(tx, order.res.redis, [_event(user_id, "copy.placed", signal.id, None, figures)])
    return fit.volume


async def _fitted(tx: Transaction, order: Order, signal: Held) -> Fit:
    user_id, now, fresh_ms = order.copier.user_id, clock.now(), caps.fresh_ms()
    known = await store.known_accounts(tx, [user_id])
    _usable(known)
    caps_ = (await caps.of_copied(tx, [user_id]))[user_id].effective
    waiting = await store.waiting_margin(tx, user_id, now)
    size = rules.asked((await controls.of(tx, user_id)).size, order.copier.multiplier_bp, caps_)
    most, fits = rules.most(order.copier, standing.house()).effective, []
    for each in known:
        stands = risk.standing(each, now)
        _allowed(limits.account(stands, limits.in_currency(caps_, each.currency), fresh_ms), user_id)
        fit = rules.fit(each, stands, waiting, size, signal, most.max_volume, caps_)
        if isinstance(fit, Verdict):
            raise Kept(fit.reason, fit.figures)
        fits.append(fit)
    least = rules.least(fits)
    for each in known:
        _allowed(rules.judged(each, risk.standing(each, now), waiting, least, caps_, fresh_ms), user_id)
    return least


def _usable(known: list[Known]) -> None:
    """Nothing is placed for somebody without an account that the hub knows and can reach."""
    if not known:
        raise Kept("no_account")
    for each in known:
        account = {"account_id": str(each.account_id)}
        if not each.has_terminal:
            raise Kept("no_terminal", account)
        if each.currency != rules.CURRENCY:
            raise Kept("currency_unknown", account | {"currency": each.currency})
        if not each.allowed:
            raise Kept("terminal_forbids", account)


def _allowed(verdict: Verdict, user_id: UUID) -> None:
    if not verdict.opens:
        raise risk.refused(verdict, user_id)


async def _settle(res: Resources, signal: Proposed, user_id: UUID, kept: Kept) -> None:
    """Write down that a signal was not copied, and do what follows from it, in one transaction."""
    outcome: Outcome = "blocked" if kept.pauses or kept.suspends else "kept_out"
    now = clock.now()
    async with res.db.transaction() as tx:
        await store.hold(tx, user_id)
        if not await store.add_placement(
            tx, signal.id, user_id, outcome, kept.reason, kept.figures, None, now
        ):
            return
        if kept.suspends:
            await store.add_suspension(tx, user_id, signal.strategy, kept.reason, kept.figures, now)
        if kept.reason not in _QUIET:
            await tell(tx, res, user_id, f"copy.{outcome}", signal.id, kept.reason, kept.figures)
        if kept.pauses:
            await pause(tx, res, user_id, kept.reason)
        if outcome == "blocked":
            meta = {"signal_id": str(signal.id), "reason": kept.reason, "figures": kept.figures}
            await audit.record(tx, Entry("copy.block", f"user:{user_id}", "system", meta=meta))
    _trades.labels(outcome).inc()
    if kept.reason not in _QUIET:
        blocks.labels(kept.reason).inc()


async def pause(tx: Transaction, res: Resources, user_id: UUID, reason: str) -> None:
    """Stop the person's trading for a rule that was broken; copied orders that wait for their price are taken back.

    Taken back first: the pause is audited, and whoever has the audit log's lock waits for no row.
    """
    await risk.stopping(tx, user_id)
    await commands.take_back_sized(tx, res, user_id, reason)
    await controls.pause_by_system(tx, res, user_id, f"copying: {reason}")


async def tell(
    tx: Transaction,
    res: Resources,
    user_id: UUID,
    kind: str,
    signal_id: UUID | None,
    reason: str,
    figures: dict[str, Any],
) -> None:
    """Tell the person; and the owner, when copying has stopped itself."""
    event = _event(user_id, kind, signal_id, reason, figures)
    events = [event]
    if kind != "copy.kept_out":
        alert = topics.alerts.name()
        events.append(Event(alert, kind, event.subject, event.actor, event.data))
        await alerts.append(tx, [Alert(kind, _stopped(user_id, signal_id, reason))])
    await outbox.append(tx, res.redis, events)


def _stopped(user_id: UUID, signal_id: UUID | None, reason: str) -> str:
    """What the owner is told. Figures are the person's own; the audit log has them."""
    about = f" at signal {signal_id}" if signal_id else ""
    return f"Copying for user {user_id} has stopped itself{about}: {reason}."


def _event(
    user_id: UUID, kind: str, signal_id: UUID | None, reason: str | None, figures: dict[str, Any]
) -> Event:
    topic = topics.copying.name(user_id=user_id)
    return Event(topic, kind, f"user:{user_id}", "copying", Copied(user_id, signal_id, reason, figures))
