"""A process that is killed at its `n`th word with PostgreSQL (a statement, or COMMIT), for what must survive kill -9."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

_WORDS = ("execute", "fetch", "fetchrow")


def die_at(n: int) -> None:
    """From here on this process's `n`th word is not said: it is dead before."""
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


def answer(step: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """For each line `n` on standard input fork a child that takes the step; say `killed`, `lived`, or how it failed."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is logged does not stand between the answers
    for line in sys.stdin:
        print(_child(step, int(line)), file=answers, flush=True)


def _child(step: Callable[[int], Coroutine[Any, Any, None]], n: int) -> str:
    child = os.fork()
    if not child:
        asyncio.run(step(n))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else "lived" if status == 0 else f"failed {status}"
