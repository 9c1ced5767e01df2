"""Whose an account is: proven by a signed look of the person's own terminal, or by their tag on the account."""

from typing import get_args
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.accounts import rules, service, sources, store, topics
from hub.trading.accounts.looks import Look, Want
from hub.trading.accounts.models import Account, Described, Held, Proof
from hub.trading.accounts.settings import settings

_verified = from_zero(
    Counter("accounts_verified_total", "Accounts whose owner was proven", ["proof"]), get_args(Proof)
)


class NotProven(Conflict):
    title = "Not proven yet"


class AccountTaken(Conflict):
    title = "Account cannot be yours"

    def __init__(self) -> None:
        super().__init__("This account cannot be verified for you.")


class NotLinked(NotFound):
    title = "Account not linked"

    def __init__(self) -> None:
        super().__init__("You have not linked this account: POST /api/v1/accounts/link first.")


class AnotherTerminal(Conflict):
    title = "Another terminal speaks for it"

    def __init__(self) -> None:
        super().__init__("Another of your devices speaks for this account; revoke that one first.")


class OtherCurrency(Conflict):
    title = "Account in another currency"


async def verify(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Account:
    """Look for the tag through the hub's own terminals; `NotProven` if it is nowhere to be seen."""
    account = await service.get(res.db, id, who.person)
    if account.state == "verified":
        return account.shown()
    want = Want(settings().refresh_seconds, "all", rules.tagged_at(account, settings().tag_hours))
    look = await sources.look(res, account.shown(), want)
    async with res.db.transaction() as tx:
        await store.lock(tx, who.person)
        held = await store.locked(tx, who.person, account.server, account.login)
        if held is None or held.id != id:
            raise NotFound("You have no such account.")
        if held.state == "verified":
            return held.shown()
        if look is None or not rules.is_tagged(held, look.comments(), clock.now()):
            raise NotProven(
                "Nothing has proven it yet: run your terminal on it, or place an order with the tag as comment."
            )
        ousted = await _oust(tx, res, held)
        proven = await _proven(tx, res, held, "tag", None)
        await audit.record(tx, *map(_ousting, ousted), entry(proven, who, visitor.ip))
    count(proven)
    return proven.shown()


async def of_terminal(
    tx: Transaction, res: Resources, who: Principal, look: Described
) -> tuple[Held, Held | None]:
    """The account that a device's look is of, locked; and once more if the look has just proven it.

    `NotLinked`, `AccountTaken`, `AnotherTerminal`, `OtherCurrency`. The caller records `entry` last.
    """
    device_id = UUID(who.id)
    # First, as whoever changes which account is primary does.
    await store.lock(tx, who.person)
    held = await store.locked(tx, who.person, look.server, look.login)
    if held is None:
        raise NotLinked
    if held.currency not in (None, look.currency):
        raise OtherCurrency(f"The account was in {held.currency}.")
    proven = await _proven(tx, res, held, "device", device_id) if held.state == "pending" else None
    if proven is None:
        await _check_speaker(tx, held, device_id)
    await store.describe(tx, held.id, device_id, look)
    return proven or held, proven


async def _check_speaker(tx: Transaction, held: Held, device_id: UUID) -> None:
    if held.device_id in (None, device_id):
        return
    assert held.device_id is not None
    if await store.lives(tx, held.device_id):
        raise AnotherTerminal
    await store.restart_seq(tx, held.id)


async def of_source(tx: Transaction, account: Held, look: Look) -> Held | None:
    """The verified account, locked, that a look of the hub's own terminal is of; None if it is no longer."""
    held = await store.locked(tx, account.user_id, look.server, look.login)
    if held is None or held.id != account.id or held.currency not in (None, look.currency):
        return None
    await store.describe(tx, held.id, None, look)
    return held


async def _oust(tx: Transaction, res: Resources, held: Held) -> list[Held]:
    """A tag on the account, seen through a terminal of ours, outdoes the word of somebody's own device."""
    await store.lock_login(tx, held.server, held.login)
    ousted = await store.oust(tx, held.id, clock.now())
    if ousted:
        await outbox.append(tx, res.redis, [_event("account.lost", each, "system") for each in ousted])
    return ousted


def _ousting(lost: Held) -> Entry:
    meta = {"server": lost.server, "login": lost.login, "because": "somebody else's tag is on the account"}
    return Entry("account.lose", f"account:{lost.id}", "system", lost.user_id, meta=meta)


def _event(kind: str, of: Held, actor: str) -> Event:
    topic = topics.accounts.name(user_id=of.user_id)
    return Event(topic, kind, f"account:{of.id}", actor, of.shown())


async def _proven(tx: Transaction, res: Resources, held: Held, proof: Proof, device_id: UUID | None) -> Held:
    await store.lock_login(tx, held.server, held.login)
    proven = await store.verify(tx, held.id, proof, device_id, clock.now())
    if proven is None:
        raise AccountTaken
    await outbox.append(tx, res.redis, [_event("account.verified", proven, f"user:{held.user_id}")])
    return proven


def count(proven: Held) -> None:
    """After the commit."""
    _verified.labels(proven.proof).inc()


def entry(proven: Held, who: Principal, ip: str | None) -> Entry:
    """For the audit log, which is written to last in a transaction."""
    meta = {"proof": proven.proof, "server": proven.server, "login": proven.login}
    if who.kind == "device":
        meta["device"] = who.id
    return Entry("account.verify", f"account:{proven.id}", who.role, who.user_id, ip, meta)
