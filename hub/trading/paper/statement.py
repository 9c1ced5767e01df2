"""What a portfolio has come to."""

from hub.core.paging import PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.trading.paper import rules, store
from hub.trading.paper.models import Statement
from strategies.fills import Book


async def of(res: Resources, who: Principal, query: PageQuery) -> Statement:
    """The newest portfolio of a person, as one snapshot; `NotFound` when there never was one."""
    async with res.db.transaction() as tx:
        portfolio = await store.newest(tx, who.person)
        if portfolio is None:
            raise NotFound("Paper trading was never on.")
        portfolio = await store.hold(tx, who.person) or portfolio
        books = await store.books_of(tx, portfolio.id)
        working = await store.working(tx, portfolio.id)
        rows = await store.ended(tx, portfolio.id, query.cursor, query.limit + 1)
        closed = await store.closed(tx, portfolio.id)
    floating = sum(rules.floating(Book.restore(row.snapshot), row.bid) for row in books)
    ended = page(rows, query.limit, [row.id for row in rows])
    return Statement(
        portfolio=portfolio,
        equity=portfolio.balance + floating,
        floating=floating,
        as_of=max((row.clock for row in books if row.bid is not None), default=None),
        working=working,
        ended=ended.items,
        next_cursor=ended.next_cursor,
        figures=rules.figures(closed.trades, closed.wins, closed.profit),
        note=rules.NOTE,
    )
