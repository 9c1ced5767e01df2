"""Compare three accounts of the same trade: the order that was meant, the terminal's word, the broker's books."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from hub.trading.commands.rules import command_in
from hub.trading.reconciliation.findings import about, stray
from hub.trading.reconciliation.models import Account, Deal, Finding, Intent, Position, Proof, Result

SETTLING = timedelta(seconds=60)
"""How long a broker may take to show what it did."""
AGAIN = timedelta(seconds=30)
"""How far apart two looks must be that both miss an order."""
_BY_HAND = ("client", "mobile", "web")
_ENDS = ("out", "inout")


def compare(
    account: Account, intents: Iterable[Intent], positions: Iterable[Position], deals: Iterable[Deal]
) -> Result:
    """Every finding, and the proofs of what was unknown. What is settled gives the same findings again."""
    result, by_ticket = Result([], []), _by_ticket(deals)
    known = {position.ticket: position for position in _passing(by_ticket)}
    known |= {position.ticket: position for position in positions}
    ours = {position.command_id: position for position in known.values() if position.command_id}
    taken = set()
    for intent in intents:
        position = ours.get(intent.command_id) or known.get(intent.ticket or "")
        if position is None:
            _without_position(result, account, intent)
            continue
        taken.add(position.ticket)
        _with_position(result, account, intent, position, by_ticket[position.ticket])
    for position in known.values():
        if position.ticket not in taken and position.command_id is None:
            result.findings.append(stray(account, position))
    return result


def _passing(by_ticket: dict[str, list[Deal]]) -> Iterator[Position]:
    """Positions by their deals alone: one that came and went between two looks was never shown."""
    for ticket, deals in by_ticket.items():
        ins = [deal for deal in deals if deal.direction == "in" and deal.side and deal.symbol]
        ends = [deal.at for deal in deals if deal.direction in _ENDS]
        if not ins or not ends:
            continue
        first, (volume, price) = ins[0], consolidated(ins)
        command = next((id for deal in ins if (id := command_in(deal.comment))), None)
        yield Position(
            first.account_id,
            ticket,
            str(first.symbol),
            first.side or "buy",
            volume,
            price,
            command,
            first.at,
            max(ends),
        )


def _with_position(
    result: Result, account: Account, intent: Intent, position: Position, deals: list[Deal]
) -> None:
    ins = [deal for deal in deals if deal.direction == "in"]
    volume, price = consolidated(ins) if ins else (position.volume, position.open_price)
    if intent.status == "unknown" or intent.supposed:
        result.proofs.append(Proof(intent, True, position.ticket, price, volume))
        result.findings.append(about("unknown_placed", account, intent, position))
    elif _contradicts(account, intent, position):
        result.findings.append(about("status", account, intent, position, said=intent.status))
    result.findings.extend(_opening(account, intent, position, ins, volume, price))
    if position.closed_at is not None:
        result.findings.append(_closing(account, intent, position, deals))


def _contradicts(account: Account, intent: Intent, position: Position) -> bool:
    """Whether the terminal says that a position which is there is not."""
    if intent.status in ("failed", "refused"):
        return True
    settled = account.seen_at > intent.updated_at + SETTLING
    return intent.status == "closed" and position.closed_at is None and settled


def _opening(
    account: Account, intent: Intent, position: Position, ins: list[Deal], volume: Decimal, price: Decimal
) -> Iterator[Finding]:
    if position.side != intent.side:
        yield about("side", account, intent, position)
        return
    if intent.fill_volume is not None and intent.fill_volume != volume:
        yield about("volume", account, intent, position, said=intent.fill_volume, booked=volume)
    if len(ins) > 1:
        yield about("partial_fill", account, intent, position, fills=len(ins), volume=volume, price=price)
    slipped = (price - intent.entry) * (1 if intent.side == "buy" else -1)
    yield about(
        "slippage" if slipped > 0 else "none", account, intent, position, slippage=slipped, price=price
    )


def _closing(account: Account, intent: Intent, position: Position, deals: list[Deal]) -> Finding:
    outs = [deal for deal in deals if deal.direction in _ENDS]
    reasons = sorted({deal.reason for deal in outs})
    by_hand = any(reason in _BY_HAND for reason in reasons)
    detail = {"reasons": reasons} | ({"price": consolidated(outs)[1]} if outs else {})
    return about("hand_closed" if by_hand else "broker_close", account, intent, position, **detail)


def _without_position(result: Result, account: Account, intent: Intent) -> None:
    """No position: it never came, or the terminal speaks of a fill that the broker knows nothing of."""
    if not intent.here:
        return
    if intent.status == "unknown" and _would_show(account, intent):
        if intent.unseen_at is None:
            result.findings.append(about("unseen", account, intent))
        elif account.seen_at > intent.unseen_at + AGAIN:
            result.proofs.append(Proof(intent, False))
            result.findings.append(about("unknown_absent", account, intent))
    filled = intent.status == "placed" and intent.fill_price is not None
    if filled and not intent.booked and account.seen_at > intent.updated_at + SETTLING:
        result.findings.append(about("missing_position", account, intent))


def _would_show(account: Account, intent: Intent) -> bool:
    """Whether a snapshot without it says that an order is not there. One alone is no proof: books come late.

    A market order is booked or never was. A pending order may lie at the broker unseen until it expires.
    """
    until = intent.updated_at if intent.order_type == "market" else max(intent.updated_at, intent.expires_at)
    return account.seen_at > until + SETTLING


def consolidated(deals: list[Deal]) -> tuple[Decimal, Decimal]:
    """Several fills as one: their volume in lots, and the price weighted by volume."""
    volume = sum((deal.volume for deal in deals), Decimal())
    if not volume:
        return volume, deals[-1].price
    return volume, sum((deal.price * deal.volume for deal in deals), Decimal()) / volume


def _by_ticket(deals: Iterable[Deal]) -> dict[str, list[Deal]]:
    found: dict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        found[deal.ticket].append(deal)
    return found
