"""Limits: the environment's, the owner's in their place, and what a person tightens for themselves."""

from uuid import UUID

import msgspec

from hub.core import clock
from hub.core.db import Transaction
from hub.core.principal import Principal
from hub.core.problems import FieldError, Invalid
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.users import service as users
from hub.trading.risk import rules, store
from hub.trading.risk.models import Caps, CapsIn, CapsOf
from hub.trading.risk.settings import settings

_NAMES = Caps.__struct_fields__
NONE = CapsIn()
Given = dict[tuple[UUID | None, str], CapsIn]
"""By whose they are and who set them; the house's are nobody's own."""


def fresh_ms() -> int:
    """How old a snapshot may be."""
    return settings().snapshot_seconds * 1000


def over(base: Caps, given: CapsIn) -> Caps:
    """`base` with what was given in its place."""
    set_ = {name: value for name in _NAMES if (value := getattr(given, name)) is not None}
    return msgspec.structs.replace(base, **set_)


async def defaults(db: Runs) -> Caps:
    return await store.defaults(db) or settings().caps()


async def set_defaults(res: Resources, who: Principal, given: Caps, visitor: Visitor) -> Caps:
    """Replace the limits of everybody. `Invalid` when everything would be closed before new trades stop."""
    if rules.tighter(given, given) != given:
        error = FieldError("/liquidation_drawdown_bp", "must be beyond what keeps new trades out")
        raise Invalid("New trades must stop before everything is closed.", errors=(error,))
    async with res.db.transaction() as tx:
        await store.set_defaults(tx, given, clock.now())
        meta = msgspec.structs.asdict(given)
        await audit.record(tx, audit.act(who, visitor, "risk.defaults", "risk", **meta))
    return given


async def of(db: Runs, user_id: UUID) -> CapsOf:
    """A person's limits."""
    return (await of_many(db, [user_id]))[user_id]


async def of_many(db: Runs, user_ids: list[UUID]) -> dict[UUID, CapsOf]:
    """The same of several, in one query."""
    house, given = await _known(db, user_ids)
    return {id: _held(house, id, given) for id in user_ids}


async def of_copied(db: Runs, user_ids: list[UUID]) -> dict[UUID, CapsOf]:
    """The limits of what is copied: what holds for a person's trades, and what they tightened for copied ones alone."""
    house, given = await _known(db, user_ids)
    return {
        id: _made(_held(house, id, given).effective, id, given.get((id, "copy"), NONE)) for id in user_ids
    }


async def _known(db: Runs, user_ids: list[UUID]) -> tuple[Caps, Given]:
    """What holds for everybody, and what was given to or by these people."""
    rows = await store.caps(db, user_ids)
    given = {(row.user_id, row.set_by): CapsIn(**{n: getattr(row, n) for n in _NAMES}) for row in rows}
    return over(settings().caps(), given.get((None, "house"), NONE)), given


def _held(house: Caps, id: UUID, given: Given) -> CapsOf:
    return _made(over(house, given.get((id, "owner"), NONE)), id, given.get((id, "user"), NONE))


def _made(base: Caps, user_id: UUID, own: CapsIn) -> CapsOf:
    base = rules.tighter(base, base)
    return CapsOf(user_id, rules.tighter(base, over(base, own)), base, own)


async def tighten(res: Resources, who: Principal, given: CapsIn, visitor: Visitor) -> CapsOf:
    """Set one's own limits in place of one's own before; `Invalid` for each that is looser than what holds anyway."""
    async with res.db.transaction() as tx:
        _only_tighter((await of(tx, who.person)).base, given)
        await store.set_caps(tx, who.person, "user", given, clock.now())
        caps = await of(tx, who.person)
        await audit.record(tx, audit.act(who, visitor, "risk.caps", f"user:{who.person}", **_set(given)))
    return caps


async def tighten_copied(tx: Transaction, user_id: UUID, given: CapsIn, own: CapsIn) -> None:
    """The same for copied trades alone: `given` is what is new in their `own`."""
    _only_tighter((await of_copied(tx, [user_id]))[user_id].base, given)
    await store.set_caps(tx, user_id, "copy", own, clock.now())


def _only_tighter(base: Caps, given: CapsIn) -> None:
    if loose := rules.loosened(base, over(base, given)):
        faults = tuple(FieldError(f"/{name}", f"is looser than {getattr(base, name)}") for name in loose)
        raise Invalid("You can only tighten limits.", errors=faults)


async def set_for(res: Resources, who: Principal, user_id: UUID, given: CapsIn, visitor: Visitor) -> CapsOf:
    """The owner's limits for one person, in place of everybody's; looser ones too."""
    await users.get(res, user_id)
    async with res.db.transaction() as tx:
        await store.set_caps(tx, user_id, "owner", given, clock.now())
        caps = await of(tx, user_id)
        await audit.record(tx, audit.act(who, visitor, "risk.caps", f"user:{user_id}", **_set(given)))
    return caps


async def get_for(res: Resources, user_id: UUID) -> CapsOf:
    await users.get(res, user_id)
    return await of(res.db, user_id)


def _set(given: CapsIn) -> dict[str, int]:
    return {name: value for name in _NAMES if (value := getattr(given, name)) is not None}
