"""Take quotes, keep them as ticks, tell the newest, and forget what is old."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import structs

from hub.core import clock, outbox
from hub.core.db import Db, Transaction
from hub.core.outbox import Event
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.market.quotes import metrics, rules, store, topics
from hub.market.quotes.models import NewestQuote, Quote, QuoteQuery, Quotes, Tick
from hub.market.quotes.settings import settings

_TELL_EVERY = timedelta(seconds=1)
_OWN_KEPT = timedelta(hours=1)
"""The ticks of people's own terminals are no history: they serve to see whether a quote stands."""
_AT_ONCE = 10_000


async def take(tx: Transaction, given: Sequence[Quote], *, own: bool) -> None:
    """Keep what is sound, and count what is not: a bad quote costs nobody anything else.

    One that is older than what is known of its symbol and source is a tick, and nothing more. `own`: the quotes are a
    person's own terminal's; nobody else is told of them or judged by them.
    """
    now, results = clock.now(), Counter[str]()
    sound = list[Quote]()
    for each in given:
        if why := rules.fault(each, now, settings().skew):
            results[why] += 1
        else:
            sound.append(each)
    if sound:
        results["new"] = len(await store.take(tx, sound, own, now))
        results["old"] = len(sound) - results["new"]
    tx.after_commit("quotes", partial(_count, results))


async def _count(results: Counter[str]) -> None:
    for result, n in results.items():
        metrics.taken.labels(result).inc(n)


async def add_ticks(db: Db, symbol: str, source: str, ticks: Sequence[Tick]) -> int:
    """Store the past, each tick once, without telling anybody; how many were new."""
    return await store.add_ticks(db, symbol, source, ticks, clock.now())


async def fresh(db: Runs, symbol: str, sources: Sequence[str], now: datetime) -> Quote | None:
    """The newest quote that is not stale: of these sources (whose own word it is) if there is one, else of the house."""
    return await store.quote_since(db, symbol, sources, now - settings().fresh)


async def recent(
    db: Runs, wanted: Sequence[tuple[str, str]], since: datetime
) -> dict[tuple[str, str], list[Tick]]:
    """Ticks of these symbols and sources from a time on, oldest first."""
    found: dict[tuple[str, str], list[Tick]] = {}
    symbols, sources = [symbol for symbol, _ in wanted], [source for _, source in wanted]
    for quote in await store.since(db, symbols, sources, since):
        found.setdefault((quote.symbol, quote.source), []).append(quote)
    return found


async def newest(res: Resources, query: QuoteQuery) -> Quotes:
    now = clock.now()
    shown = [_shown(each, now) for each in await store.newest(res.db, query.symbol)]
    return Quotes(shown, settings().fresh_seconds)


def _public(quote: Quote) -> Quote:
    """Where the house has its accounts is nobody's business: `gateway:<server>` is a gateway."""
    return structs.replace(quote, source=quote.source.partition(":")[0])


def _shown(quote: Quote, now: datetime) -> NewestQuote:
    age = (now - quote.time).total_seconds()
    return NewestQuote(
        **structs.asdict(_public(quote)),
        spread=quote.ask - quote.bid,
        age_seconds=round(max(age, 0.0), 3),
        stale=age >= settings().fresh_seconds,
    )


async def tell(res: Resources) -> int:
    """Tell the newest quote of each symbol that has one, a second after the last at the earliest; how many."""
    now = clock.now()
    async with res.db.transaction() as tx:
        quotes = await store.tell(tx, now, now - _TELL_EVERY)
        if quotes:
            await outbox.append(tx, res.redis, [_event(_public(each)) for each in quotes])
    return len(quotes)


def _event(quote: Quote) -> Event:
    return Event(topics.quotes.name(symbol=quote.symbol), "quote.changed", quote.symbol, quote.source, quote)


async def forget(res: Resources) -> None:
    """Ticks that came `TICK_KEEP_DAYS` ago, those of people's own terminals after an hour."""
    now = clock.now()
    for own, kept in ((True, _OWN_KEPT), (False, timedelta(days=settings().keep_days))):
        while await store.forget_ticks(res.db, own, now - kept, _AT_ONCE):
            pass
