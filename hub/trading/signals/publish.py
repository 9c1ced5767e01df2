"""Ingest: signals that come together are checked, stored and told in one transaction.

The answer follows the commit: who reads 201 can rely on it. Many requests share one statement,
one fsync and one link-up of the audit chain.
"""

from functools import partial
from typing import get_args

from msgspec import Struct
from prometheus_client import Counter, Histogram

from hub.core import clock, outbox, tracing
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.problems import Conflict
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.signals import rules, store, topics
from hub.trading.signals.models import Side, Signal, SignalIn
from strategies.symbols import SYMBOLS

_ingested = from_zero(
    Counter("signals_ingested_total", "Signals stored", ["instrument", "side"]), SYMBOLS, get_args(Side)
)
_seconds = Histogram("signals_create_seconds", "From a checked signal to its commit")


class DuplicateSignal(Conflict):
    title = "Signal already known"


class _Offer(Struct, frozen=True):
    signal: Signal
    ip: str | None
    traceparent: str | None


async def create(res: Resources, producer_id: str, given: SignalIn, ip: str | None) -> Signal:
    """Store a signal, or refuse it: `Invalid`, or `DuplicateSignal` with the first one's id."""
    rules.check(given, clock.now())
    batcher = res.batcher("signals", partial(_store, res))
    with _seconds.time():
        offer = _Offer(_signal(producer_id, given), ip, tracing.current())
        outcome: Signal | DuplicateSignal = await batcher.add(offer)
    if isinstance(outcome, DuplicateSignal):
        raise outcome
    _ingested.labels(outcome.instrument, outcome.side).inc()
    return outcome


def _signal(producer_id: str, given: SignalIn) -> Signal:
    payload = given.payload
    return Signal(
        id=uuid7(),
        producer_id=producer_id,
        instrument=given.instrument,
        side=given.side,
        time=given.time,
        version=given.version,
        status="open",
        order_type=payload.order_type,
        entry=payload.entry,
        stop=payload.stop,
        target=payload.target,
        expires_at=payload.expires_at,
        strategy=payload.strategy,
        setup_id=payload.setup_id,
        features=payload.features,
        created_at=clock.now(),
        closed_at=None,
        close_reason=None,
    )


async def _store(res: Resources, offers: list[_Offer]) -> list[Signal | DuplicateSignal]:
    async with res.db.transaction() as tx:
        added = await store.add(
            tx, [offer.signal for offer in offers], [offer.traceparent for offer in offers]
        )
        new = [offer for offer in offers if offer.signal.id in added]
        if new:
            await outbox.append(tx, res.redis, [_created(offer) for offer in new])
            await audit.record(tx, *[_entry(offer) for offer in new])
    known = [offer.signal for offer in offers if offer.signal.id not in added]
    first = await _first(res, known) if known else {}
    return [offer.signal if offer.signal.id in added else _duplicate(offer.signal, first) for offer in offers]


async def _first(res: Resources, known: list[Signal]) -> dict[object, str]:
    rows = await store.first(res.db, known)
    return {(row.instrument, row.time, row.version): str(row.id) for row in rows}


def _duplicate(signal: Signal, first: dict[object, str]) -> DuplicateSignal:
    detail = "A signal with this instrument, time and version came before; `signal_id` is its id."
    return DuplicateSignal(detail, signal_id=first[(signal.instrument, signal.time, signal.version)])


def _created(offer: _Offer) -> Event:
    signal, topic = offer.signal, topics.signals.name()
    subject = f"signal:{signal.id}"
    return Event(topic, "signal.created", subject, signal.producer_id, signal, offer.traceparent)


def _entry(offer: _Offer) -> Entry:
    signal = offer.signal
    meta = {"producer": signal.producer_id, "instrument": signal.instrument, "side": signal.side}
    return Entry("signal.create", f"signal:{signal.id}", "producer", ip=offer.ip, meta=meta)
