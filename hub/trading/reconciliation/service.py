"""Compare what was meant with what the broker did, write down what differs, settle what was unknown."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol, TypeVar, get_args
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from hub.core import clock
from hub.core.alerts import queue as alerts
from hub.core.alerts.queue import Alert
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.trading.executions import service as executions
from hub.trading.executions.models import AckIn
from hub.trading.executions.rules import ABSENT, OutOfOrder
from hub.trading.reconciliation import rules, store
from hub.trading.reconciliation.models import Account, Divergence, Logged, Proof, Result

log = structlog.get_logger()

_synced = Counter("mt5_position_sync_total", "Snapshots of accounts that were compared")
_divergences = from_zero(
    Counter("reconciliation_divergences_total", "New findings", ["reason"]),
    [each for each in get_args(Divergence) if each != "none"],
)
_seconds = Histogram("reconciliation_latency_seconds", "One comparison of many accounts")
_BACK = timedelta(days=1)


class OfAccount(Protocol):
    @property
    def account_id(self) -> UUID: ...


T = TypeVar("T", bound=OfAccount)


async def reconcile(res: Resources, at_once: int = 250) -> int:
    """Compare some accounts whose newest snapshot was not compared yet; how many. Safe to repeat at any point."""
    with _seconds.time():
        accounts = await store.accounts(res.db, at_once)
        try:
            await _together(res, accounts)
        except Exception:  # whatever one account does must not keep the others
            log.exception("reconciliation.batch", accounts=len(accounts))
            for account in accounts:
                await _alone(res, account)
    return len(accounts)


async def _alone(res: Resources, account: Account) -> None:
    """One that cannot be compared is told to the owner, and looked at again with its next snapshot."""
    try:
        await _together(res, [account])
    except Exception as error:
        log.exception("reconciliation.failed", account_id=str(account.id))
        text = f"Account {account.id} could not be compared with its broker's books: {type(error).__name__}."
        async with res.db.transaction() as tx:
            await store.done(tx, [account], clock.now())
            await alerts.append(tx, [Alert("reconciliation.failed", text)])


async def _together(res: Resources, accounts: list[Account]) -> None:
    if not accounts:
        return
    async with res.db.transaction() as tx:
        results = await _compared(tx, accounts)
        findings = [finding for result in results for finding in result.findings]
        new = await store.log(tx, findings, clock.now()) if findings else []
        for proof in (proof for result in results for proof in result.proofs):
            await _settle(tx, res, proof)
        await store.done(tx, accounts, clock.now())
    _synced.inc(len(accounts))
    for divergence, count in Tally(new).items():
        if divergence != "none":
            _divergences.labels(divergence).inc(count)


async def _compared(tx: Transaction, accounts: list[Account]) -> list[Result]:
    ids, since = [account.id for account in accounts], clock.now() - _BACK
    intents = _by_account(await store.intents(tx, ids, since))
    positions = _by_account(await store.positions(tx, ids, since))
    deals = _by_account(await store.deals(tx, ids, since))
    return [
        rules.compare(account, intents[account.id], positions[account.id], deals[account.id])
        for account in accounts
    ]


def _by_account(rows: Iterable[T]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return found


async def _settle(tx: Transaction, res: Resources, proof: Proof) -> None:
    """What the broker's books prove, its terminal need not say any more. What it said meanwhile stands."""
    intent = proof.intent
    said = AckIn(
        intent.command_id,
        "placed" if proof.placed else "failed",
        clock.now(),
        broker_ticket=proof.ticket,
        fill_price=proof.price,
        fill_volume=proof.volume,
        error=None if proof.placed else ABSENT,
    )
    try:
        await executions.proven(tx, res, intent.device_id, said)
    except OutOfOrder:
        return


async def of_person(res: Resources, who: Principal, user_id: UUID, query: PageQuery) -> Page[Logged]:
    """A person's findings, for themselves and for operators."""
    if who.person != user_id and who.role not in ("owner", "admin"):
        raise NotFound("There is nothing at this address.")
    rows = await store.listed(res.db, user_id, query.cursor, query.limit + 1)
    return page(rows, query.limit, [row.id for row in rows])
