"""A worker that moves paper portfolios, and is killed at its `n`th word with PostgreSQL: as `closing_process`, a child a line.

Nothing of the product is replaced but, for the negative control, `ledger.save`: the book is kept after the commit of
what it led to.
"""

import sys
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from hub.core.db import Transaction
from hub.core.resources import Resources, open_resources
from hub.core.settings import Settings
from hub.trading.paper import ledger, service
from hub.trading.paper.models import BookRow, Portfolio
from strategies.fills import Book
from tests.dying import answer, die_at

_save = ledger.save


def _save_later(res: Resources) -> Any:
    async def later(
        tx: Transaction, of: Portfolio, book: Book, seen: datetime, bid: Decimal | None
    ) -> BookRow:
        async def work() -> None:
            async with res.db.transaction() as own:
                await _save(own, of, book, seen, bid)

        tx.after_commit(f"{of.id} {book.symbol.name}", work)
        return BookRow(book.symbol.name, book.snapshot(), seen, bid, bool(book.pending or book.positions))

    return later


async def _step(dsn: str, redis_url: str, protection: str, n: int) -> None:
    async with open_resources(Settings(), dsn, redis_url) as res:
        if protection == "off":
            ledger.save = _save_later(res)
        die_at(n)
        await service.advance(res)


def main(dsn: str, redis_url: str, protection: str) -> None:
    answer(partial(_step, dsn, redis_url, protection))


if __name__ == "__main__":
    main(*sys.argv[1:])
