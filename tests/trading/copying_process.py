"""A worker that copies, and is killed at its `n`th word with PostgreSQL: as `closing_process`, a child a line.

Nothing of the product is replaced but, for the negative control, the storing of what was placed: it follows the commit
of what it says.
"""

import sys
from functools import partial
from typing import Any

from hub.core.db import Transaction
from hub.core.resources import Resources, open_resources
from hub.core.settings import Settings
from hub.trading.copying import place, store
from tests.dying import answer, die_at

_add = store.add_placement


def _add_later(res: Resources) -> Any:
    async def later(tx: Transaction, *args: Any) -> bool:
        async def work() -> None:
            async with res.db.transaction() as own:
                await _add(own, *args)

        tx.after_commit("placement", work)
        return True

    return later


async def _step(dsn: str, redis_url: str, protection: str, n: int) -> None:
    async with open_resources(Settings(), dsn, redis_url) as res:
        if protection == "off":
            store.add_placement = _add_later(res)
        die_at(n)
        while await place.run(res):
            pass


def main(dsn: str, redis_url: str, protection: str) -> None:
    answer(partial(_step, dsn, redis_url, protection))


if __name__ == "__main__":
    main(*sys.argv[1:])
