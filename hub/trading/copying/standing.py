"""How somebody's copying stands: what stops it, its limits, what is earned."""

from uuid import UUID

from hub.core import clock
from hub.core.sql import Runs
from hub.trading.copying import consent, rules, store
from hub.trading.copying.models import (
    Consented,
    Copier,
    CopyHold,
    CopyLimits,
    CopyStatus,
    Earned,
    EarnedRow,
    Most,
    Tolerance,
)
from hub.trading.copying.settings import settings
from hub.trading.paper import service as paper
from hub.trading.risk import caps, controls
from hub.trading.risk.rules import WHOLE


async def entitled(db: Runs, user_id: UUID) -> bool:
    """Whether the person's plan has copy trading: the one place that is asked, when it is turned on and for each order.

    There are no such plans yet, so everybody's has. What it is to cost is `hub.money.pricing.rules.copy_markup`.
    """
    return True


def house() -> Most:
    """What copying alone limits, for everybody."""
    return Most(settings().trades_a_day, settings().max_volume)


def covered() -> Tolerance:
    """Which prices the consent of somebody who chose none covers."""
    return Tolerance(settings().max_drift_points, settings().max_spread_points)


async def of(db: Runs, user_id: UUID) -> CopyStatus:
    copier, now = await store.get(db, user_id), clock.now()
    last = await store.last_consent(db, user_id)
    version, at = (last.version, last.at) if last and last.act == "given" else (None, None)
    holds = await _holds(db, user_id, copier) if copier and copier.enabled else []
    limits = (await caps.of_copied(db, [user_id]))[user_id]
    return CopyStatus(
        enabled=bool(copier and copier.enabled),
        running=bool(copier and copier.enabled and not holds),
        paused_by=holds,
        consent=Consented(consent.current().version, version, at),
        multiplier_bp=copier.multiplier_bp if copier else WHOLE,
        tolerance=rules.tolerance(copier, covered()),
        limits=CopyLimits(limits.effective, limits.base, limits.own, rules.most(copier, house())),
        trades_today=await store.placed_since(db, user_id, rules.day(now)),
        strategies=await _strategies(db, user_id),
    )


async def _holds(db: Runs, user_id: UUID, copier: Copier) -> list[CopyHold]:
    """Everything that stops the copying of somebody who has turned it on."""
    holds, needed = [], consent.current().version
    if copier.consent_version != needed:
        holds.append(CopyHold("consent", f"The words have changed: read version {needed} and accept it."))
    if not await entitled(db, user_id):
        holds.append(CopyHold("entitlement", "Your plan has no copy trading."))
    if copier.suspended_for:
        detail = "Your terminal was not heard of. When it is back, turn copying on again."
        holds.append(CopyHold(copier.suspended_for, detail, copier.suspended_at))
    trading = await controls.of(db, user_id)
    holds += [CopyHold("paused", f"Paused by {p.actor}: {p.reason}", p.at) for p in trading.pauses]
    holds += [CopyHold("kill_switch", k.reason, k.on_at) for k in trading.kill_switches]
    if await paper.is_on(db, user_id):
        holds.append(CopyHold("paper", "Paper trading is on; copying is live."))
    if not await store.known_accounts(db, [user_id]):
        holds.append(CopyHold("no_account", "You have no verified account."))
    return holds


async def _strategies(db: Runs, user_id: UUID) -> list[Earned]:
    """What the person approved of themselves, and what was suspended."""
    counted = {row.strategy: row for row in await store.manual_approvals(db, user_id)}
    lost = {row.strategy: row for row in await store.suspensions(db, user_id)}
    needed = settings().earned_approvals
    return [
        Earned(
            strategy=name,
            manual_approvals=(n := counted.get(name, EarnedRow(name, 0)).manual_approvals),
            needed=needed,
            unlocked=n >= needed,
            suspended_at=lost[name].at if name in lost else None,
            suspended_for=lost[name].reason if name in lost else None,
        )
        for name in sorted(counted.keys() | lost.keys())
    ]
