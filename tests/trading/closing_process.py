"""A worker that takes closures on, and is killed at its `n`th word with PostgreSQL: `main` forks one for each line.

A line `n` on standard input: a child runs one step and kills itself before its nth statement (or COMMIT); the answer
is `killed` or `lived`. Nothing of the product is replaced but, for the negative control, `_send`: it commits the
command by itself, before it is written down that it was sent.
"""

import asyncio
import os
import signal
import sys
from typing import Any

import asyncpg

from hub.core.resources import open_resources
from hub.core.settings import Settings
from hub.identity.audit.models import Entry
from hub.trading.closing import rules, service, store
from hub.trading.closing.models import Due
from hub.trading.commands import service as commands
from hub.trading.commands.models import Close

_WORDS = ("execute", "fetch", "fetchrow")


def _die_at(n: int) -> None:
    said = 0

    def counted(real: Any) -> Any:
        async def word(*args: Any, **more: Any) -> Any:
            nonlocal said
            said += 1
            if said == n:
                os.kill(os.getpid(), signal.SIGKILL)
            return await real(*args, **more)

        return word

    for name in _WORDS:
        setattr(asyncpg.Connection, name, counted(getattr(asyncpg.Connection, name)))


async def _step(dsn: str, redis_url: str, n: int) -> None:
    async with open_resources(Settings(), dsn, redis_url) as res:
        _die_at(n)
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


def _child(dsn: str, redis_url: str, n: int) -> str:
    child = os.fork()
    if not child:
        asyncio.run(_step(dsn, redis_url, n))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else "lived" if status == 0 else f"failed {status}"


def main(dsn: str, redis_url: str, protection: str) -> None:
    if protection == "off":
        service._send = _send_apart
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is logged does not stand between the answers
    for line in sys.stdin:
        print(_child(dsn, redis_url, int(line)), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
