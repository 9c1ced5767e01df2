"""Link, list, choose and unlink accounts. `verify.py` says whose they are."""

from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.trading.accounts import rules, store
from hub.trading.accounts.gateways import Place
from hub.trading.accounts.models import Account, Accounts, Held, Linked, LinkIn
from hub.trading.accounts.settings import settings

_started = Counter("accounts_link_started_total", "Accounts that somebody began to link")


class AlreadyLinked(Conflict):
    title = "Account linked already"

    def __init__(self) -> None:
        super().__init__("You have linked this account, and it is verified.")


class TooManyAccounts(Conflict):
    title = "Too many accounts"


async def link(res: Resources, who: Principal, given: LinkIn, visitor: Visitor) -> Linked:
    """A pending account with a one-off tag; again, while it is pending, a new tag. Blocks nobody else's claim."""
    id, now, tag = uuid7(), clock.now(), rules.new_tag()
    expires_at = now + timedelta(hours=settings().tag_hours)
    async with res.db.transaction() as tx:
        await store.lock(tx, who.person)
        account = await store.link(tx, id, who.person, given, now)
        if account is None:
            raise AlreadyLinked
        if await store.count(tx, who.person) > settings().most:
            raise TooManyAccounts(f"You may link {settings().most} accounts; unlink one first.")
        await store.set_tag(tx, account.id, rules.tag_hash(account.id, tag), expires_at)
        target = f"account:{account.id}"
        await audit.record(
            tx, audit.act(who, visitor, "account.link", target, server=given.server, login=given.login)
        )
    _started.inc()
    return Linked(account, tag, expires_at)


async def listed(res: Resources, who: Principal) -> Accounts:
    return Accounts(await store.of(res.db, who.person))


async def get(db: Runs, id: UUID, user_id: UUID) -> Held:
    """A person's account, or `NotFound`: also for what is somebody else's."""
    account = await store.get(db, id, user_id)
    if account is None:
        raise NotFound("You have no such account.")
    return account


async def hold(tx: Transaction, id: UUID) -> Held:
    """Anybody's verified account, which no look changes meanwhile; or `NotFound`."""
    account = await store.hold(tx, id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


async def at(db: Runs, places: list[Place]) -> list[Held]:
    """The verified accounts among these."""
    return await store.at(db, [each.server for each in places], [each.login for each in places])


async def primary(db: Runs, user_id: UUID) -> Held:
    """The account a person chose to look at and trade first, or `NotFound`."""
    account = await store.primary(db, user_id)
    if account is None:
        raise NotFound("You have no primary account: link one and verify it.")
    return account


async def choose(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Account:
    """Make a verified account the primary one."""
    async with res.db.transaction() as tx:
        await store.lock(tx, who.person)
        account = await get(tx, id, who.person)
        if account.state != "verified":
            raise rules.NotVerified("Only a verified account can be the primary one.")
        if account.is_primary:
            return account.shown()
        await store.no_primary(tx, who.person)
        chosen = await store.make_primary(tx, id)
        await audit.record(tx, audit.act(who, visitor, "account.primary", f"account:{id}"))
    return chosen


async def business_of(db: Runs, user_id: UUID, now: datetime) -> list[str]:
    """A sentence for each kind of business that somebody's terminals must end before they die."""
    left = await store.business_of(db, user_id, now)
    return rules.objections(left.open_positions, left.closures, left.orders)


async def unlink(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> None:
    """Its history stays; `StillTrading` while something of ours is open or under way."""
    now = clock.now()
    async with res.db.transaction() as tx:
        await store.lock(tx, who.person)
        known = await get(tx, id, who.person)
        await store.locked(tx, who.person, known.server, known.login)
        left = await store.business(tx, id, now)
        rules.check_unlink(left.open_positions, left.waiting_commands)
        await store.unlink(tx, id, now)
        await audit.record(tx, audit.act(who, visitor, "account.unlink", f"account:{id}"))
