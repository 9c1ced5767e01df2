"""What higher rooms do when somebody is locked out, and what they have against a deletion.

They register it when they are imported: no floor looks at those above it.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from hub.core.db import Transaction
from hub.core.problems import Conflict
from hub.core.resources import Resources

Clearing = Callable[[Transaction, Resources, UUID], Awaitable[None]]
Objection = Callable[[Transaction, UUID], Awaitable[list[str]]]

_clearings: list[Clearing] = []
_objections: list[Objection] = []


class StillBusy(Conflict):
    title = "Person has business under way"


def clears(work: Clearing) -> Clearing:
    """Done in the transaction that locks a person out or lets them in again; it may find that there is nothing to do."""
    _clearings.append(work)
    return work


def objects(ask: Objection) -> Objection:
    """Asked before a person is deleted: a sentence for each thing that is to end first, and how."""
    _objections.append(ask)
    return ask


async def clear(tx: Transaction, res: Resources, id: UUID) -> None:
    for work in _clearings:
        await work(tx, res, id)


async def check(tx: Transaction, id: UUID) -> None:
    """`StillBusy` with everything that is to end before this person may be deleted."""
    if said := [sentence for ask in _objections for sentence in await ask(tx, id)]:
        raise StillBusy(" ".join(said))
