"""Turn copying on and off, tighten its limits, say how it stands. `place.py` copies, `watch.py` watches."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Conflict, Forbidden
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.trading.commands import service as commands
from hub.trading.copying import consent, rules, standing, store, topics
from hub.trading.copying.models import Copied, Copier, CopyIn, CopyRiskIn, CopyStatus
from hub.trading.risk import caps

_enabled = Counter("copy_enable_total", "Times copying was turned on")
_signed = Counter("copy_consent_signed_total", "Consents to copying that were given")


class ConsentOutdated(Conflict):
    title = "Other words are in force"


class NotEntitled(Forbidden):
    title = "Your plan has no copy trading"


async def enable(res: Resources, who: Principal, given: CopyIn, visitor: Visitor) -> CopyStatus:
    """Turn copying on, or on again, under the words in force. Saying the same again changes nothing."""
    needed, now = consent.current().version, clock.now()
    if given.consent_version != needed:
        detail = f"The consent in force is {needed}: show it (GET /api/v1/copy/consent) and ask again."
        raise ConsentOutdated(detail, current_version=needed, consent_version=given.consent_version)
    async with res.db.transaction() as tx:
        if not await standing.entitled(tx, who.person):
            raise NotEntitled("Copy trading is part of another plan.")
        before = await store.ensured(tx, who.person, now)
        after = _on(before, given, now)
        if after != before:
            await store.put(tx, after)
            await _consented(tx, who, "given", needed, visitor, now)
            meta = {"consent_version": needed, "multiplier_bp": after.multiplier_bp}
            await _tell(tx, res, who.person, "copy.enabled", meta)
            await audit.record(tx, audit.act(who, visitor, "copy.enable", f"user:{who.person}", **meta))
            tx.after_commit("count", partial(_count, not before.enabled))
    return await standing.of(res.db, who.person)


def _on(before: Copier, given: CopyIn, now: datetime) -> Copier:
    """What was proposed while copying did not run is not copied later."""
    runs = before.enabled and before.consent_version == given.consent_version and before.suspended_for is None
    return replace(
        before,
        enabled=True,
        consent_version=given.consent_version,
        multiplier_bp=given.multiplier_bp,
        max_drift_points=given.max_drift_points,
        max_spread_points=given.max_spread_points,
        since=before.since if runs else now,
        suspended_for=None,
        suspended_at=None,
    )


async def disable(res: Resources, who: Principal, visitor: Visitor) -> CopyStatus:
    """Take the consent back, and the orders that have not filled yet. What is open stays open."""
    async with res.db.transaction() as tx:
        before = await store.hold(tx, who.person)
        if before and before.enabled:
            now = clock.now()  # what was placed while this waited came before
            version = before.consent_version or ""
            off = replace(before, enabled=False, consent_version=None, suspended_for=None, suspended_at=None)
            await store.put(tx, off)
            await _consented(tx, who, "withdrawn", version, visitor, now)
            back = await commands.take_back_sized(tx, res, who.person, "consent withdrawn")
            meta = {"consent_version": version, "taken_back": back}
            await _tell(tx, res, who.person, "copy.disabled", meta)
            await audit.record(tx, audit.act(who, visitor, "copy.disable", f"user:{who.person}", **meta))
    return await standing.of(res.db, who.person)


async def tighten(res: Resources, who: Principal, given: CopyRiskIn, visitor: Visitor) -> CopyStatus:
    """Set limits of one's own for copied trades; `Invalid` for each that is looser than what holds anyway."""
    async with res.db.transaction() as tx:
        before = await store.ensured(tx, who.person, clock.now())
        own = (await caps.of_copied(tx, [who.person]))[who.person].own
        tightened, after = rules.tightened(own, given), rules.bounded(before, given, standing.house())
        if (tightened, after) != (own, before):
            await caps.tighten_copied(tx, who.person, rules.tightened(caps.NONE, given), tightened)
            await store.put(tx, after)
            meta = rules.named(given)
            await _tell(tx, res, who.person, "copy.tightened", meta)
            await audit.record(tx, audit.act(who, visitor, "copy.risk", f"user:{who.person}", **meta))
    return await standing.of(res.db, who.person)


async def status(res: Resources, who: Principal) -> CopyStatus:
    return await standing.of(res.db, who.person)


async def _consented(
    tx: Transaction, who: Principal, act: str, version: str, visitor: Visitor, now: datetime
) -> None:
    digest = consent.digest(version)
    await store.add_consent(
        tx, uuid7(), who.person, act, version, digest, visitor.ip, visitor.user_agent, now
    )
    if act == "given":
        tx.after_commit("count consent", _count_consent)


async def _tell(tx: Transaction, res: Resources, user_id: UUID, kind: str, figures: dict[str, Any]) -> None:
    topic, name = topics.copying.name(user_id=user_id), f"user:{user_id}"
    await outbox.append(tx, res.redis, [Event(topic, kind, name, name, Copied(user_id, None, None, figures))])


async def _count(began: bool) -> None:
    _enabled.inc(began)


async def _count_consent() -> None:
    _signed.inc()
