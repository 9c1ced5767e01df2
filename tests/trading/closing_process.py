"""A worker that takes closures on, and is killed at its `n`th word with PostgreSQL: `main` forks one for each line.

A line `n` on standard input: a child runs one step and kills itself before its nth statement (or COMMIT); the answer
is `killed` or `lived`. Nothing of the product is replaced but, for the negative control, `_send`: it commits the
command by itself, before it is written down that it was sent.
"""

import sys
from functools import partial
from typing import Any

from hub.core.resources import open_resources
from hub.core.settings import Settings
from hub.identity.audit.models import Entry
from hub.trading.closing import rules, service, store
from hub.trading.closing.models import Due
from hub.trading.commands import service as commands
from hub.trading.commands.models import Close
from tests.dying import answer, die_at


async def _step(dsn: str, redis_url: str, n: int) -> None:
    async with open_resources(Settings(), dsn, redis_url) as res:
        die_at(n)
        await service.advance(res)


async def _send_apart(tx: Any, res: Any, due: list[Due]) -> list[tuple[None, Entry]]:
    if not due:
        return []
    wanted = [Close(each.user_id, each.account_id, each.ticket, each.reason) for each in due]
    async with res.db.transaction() as apart:
        ids = [each.id for each in await commands.issue_closes(apart, res, wanted)]
    await store.sent(tx, [each.id for each in due], ids, [rules.answer_by(1, each.due_at) for each in due])
    return [
        (None, Entry("closure.send", f"position:{each.account_id}/{each.ticket}", "system")) for each in due
    ]


def main(dsn: str, redis_url: str, protection: str) -> None:
    if protection == "off":
        service._send = _send_apart
    answer(partial(_step, dsn, redis_url))


if __name__ == "__main__":
    main(*sys.argv[1:])
