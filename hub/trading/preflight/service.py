"""Take a terminal's report, issue or end its certificate, and show both. `gate.py` asks for it before a trade."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.accounts import service as accounts
from hub.trading.accounts import verify
from hub.trading.accounts.models import Held
from hub.trading.preflight import content, rules, store, topics
from hub.trading.preflight.models import CertificateChanged, Ended, Preflight, PreflightIn, Stored
from hub.trading.preflight.settings import settings

_reports = from_zero(
    Counter("preflight_reports_total", "Preflight reports taken", ["result"]),
    ("issued", "confirmed", "failed", "old"),
)
_LAPSE_BATCH = 200


async def take(res: Resources, who: Principal, report: PreflightIn, visitor: Visitor) -> Preflight:
    """A signed report of a person's own terminal; as a look does, the first proves whose the account is.

    One that is not newer than what this terminal has told changes nothing. `TerminalOffline`, `Invalid`.
    """
    rules.check(report)
    async with res.db.transaction() as tx:
        held, proven = await verify.of_terminal(tx, res, who, report)
        result, entries = await _take(tx, res, held, who, report, visitor)
        shown = await _shown(tx, held.id)
        if proven:
            entries = [verify.entry(proven, who, visitor.ip), *entries]
        if entries:
            await audit.record(tx, *entries)
    if proven:
        verify.count(proven)
    _reports.labels(result).inc()
    return shown


async def _take(
    tx: Transaction, res: Resources, held: Held, who: Principal, report: PreflightIn, visitor: Visitor
) -> tuple[str, list[Entry]]:
    """Which of `_reports` it was, and what is to be audited. The account is locked."""
    device_id, now = UUID(who.id), clock.now()
    known = await store.reported(tx, held.id)
    if known and known.device_id == device_id and report.seq <= known.seq:
        return "old", []
    skew_ms = int((now - report.time).total_seconds() * 1000)
    found = rules.findings(report, skew_ms, settings().max_skew_seconds * 1000)
    await store.put_report(tx, held.id, device_id, report, found, now)
    said = content.content(report, device_id, found)
    return await _settle(tx, res, held, who, said, now, visitor)


async def _settle(
    tx: Transaction,
    res: Resources,
    held: Held,
    who: Principal,
    said: dict[str, Any] | None,
    now: datetime,
    visitor: Visitor,
) -> tuple[str, list[Entry]]:
    """The certificate that follows from the newest report."""
    until, before = now + timedelta(days=settings().valid_days), await store.current(tx, held.id)
    if before and said and content.hashed(said) == before.hash and before.valid_until > now:
        await store.confirm(tx, before.id, now, until)
        return "confirmed", []
    entries = []
    if before:
        because: Ended = "failed" if said is None else "superseded"
        if before.valid_until <= now:
            because = "lapsed"
        await store.end(tx, before.id, because, now)
        entries.append(_entry(who, visitor, "end", before, because=because))
        if said is None:
            await outbox.append(tx, res.redis, [_lost(before, because, f"device:{who.id}")])
    if said is None:
        return "failed", entries
    return "issued", [*entries, await _issue(tx, res, held, who, said, (now, until), visitor)]


async def _issue(
    tx: Transaction,
    res: Resources,
    held: Held,
    who: Principal,
    said: dict[str, Any],
    span: tuple[datetime, datetime],
    visitor: Visitor,
) -> Entry:
    now, until = span
    id, version, hash = uuid7(), await store.next_version(tx, held.id), content.hashed(said)
    await store.add(tx, id, held.id, UUID(who.id), version, said, hash, now, until)
    made = Stored(id, held.id, held.user_id, UUID(who.id), version, said, hash, now, now, until)
    data = CertificateChanged(held.id, version, made.instruments, None, until)
    await outbox.append(tx, res.redis, [_event(made, "preflight.issued", data, f"device:{who.id}")])
    return _entry(
        who, visitor, "issue", made, hash=hash.hex(), instruments=", ".join(sorted(made.instruments))
    )


def _lost(ended: Stored, because: Ended, actor: str) -> Event:
    data = CertificateChanged(ended.account_id, ended.version, ended.instruments, because, None)
    return _event(ended, "preflight.lost", data, actor)


def _event(of: Stored, kind: str, data: CertificateChanged, actor: str) -> Event:
    topic = topics.preflight.name(user_id=of.user_id)
    return Event(topic, kind, f"account:{of.account_id}", actor, data)


def _entry(who: Principal | None, visitor: Visitor, act: str, of: Stored, **meta: str) -> Entry:
    known = {"account": str(of.account_id), "version": of.version}
    by = {"device": who.id} if who else {}
    return audit.act(who, visitor, f"preflight.{act}", f"certificate:{of.id}", **known, **by, **meta)


async def of_account(res: Resources, who: Principal, id: UUID) -> Preflight:
    """Of one account of the person, or `NotFound`."""
    return await _shown(res.db, (await accounts.get(res.db, id, who.person)).id)


async def _shown(db: Runs, account_id: UUID) -> Preflight:
    # The certificate first: the account knows whose it is by the time that it has one.
    current = await store.current(db, account_id)
    flown, known = await store.standing(db, account_id), await store.reported(db, account_id)
    assert flown is not None
    return Preflight(
        account_id,
        known.received_at if known else None,
        known.found if known else [],
        current.shown() if current else None,
        rules.gap(flown, current, clock.now(), None),
    )


async def lapse(res: Resources) -> int:
    """End certificates that nobody confirmed in time; how many."""
    async with res.db.transaction() as tx:
        lapsed = await store.lapse(tx, clock.now(), _LAPSE_BATCH)
        if lapsed:
            await outbox.append(tx, res.redis, [_lost(each, "lapsed", "clock") for each in lapsed])
            entries = [_entry(None, Visitor(), "end", each, because="lapsed") for each in lapsed]
            await audit.record(tx, *entries)
    return len(lapsed)
