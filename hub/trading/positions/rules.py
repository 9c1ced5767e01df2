"""Which looks are believed, and what is different from the one before."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import Struct

from hub.core.money import minor
from hub.core.problems import FieldError, Invalid
from hub.trading.accounts.looks import DealIn, Look, PositionIn
from hub.trading.commands.rules import command_in
from hub.trading.positions.models import Doubt, Figures, Open

_AMOUNT, _PRICE, _VOLUME = Decimal(10) ** 13, Decimal(10) ** 9, Decimal(10) ** 6
_SMALLEST_EXPONENT = -12
_FROM, _UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BadFigures(Invalid):
    title = "Figures that cannot be"


class TooManyPositions(Invalid):
    title = "Too many positions"


class SumsDoNotAdd(Invalid):
    title = "Sums do not add up"


class Diff(Struct, frozen=True):
    """Between two looks."""

    opened: list[Open]
    changed: list[Open]
    gone: list[str]


def check(look: Look, most: int, tolerance_pct: float) -> None:
    """`TooManyPositions`, `BadFigures`, or `SumsDoNotAdd` beyond the tolerance."""
    if len(look.positions) > most:
        raise TooManyPositions(f"A snapshot may have {most} positions; this has {len(look.positions)}.")
    if faults := tuple(_faults(look)):
        raise BadFigures("The snapshot is not valid.", errors=faults[:20])
    if doubt(look) is None:
        _check_sums(look, Decimal(tolerance_pct) / 100)


def _faults(look: Look) -> Iterator[FieldError]:
    amounts = ("balance", "equity", "margin", "free_margin", "credit")
    yield from _amounts("", look, amounts)
    yield from _times("", look, ("time",))
    if look.margin.is_finite() and look.margin < 0:
        yield FieldError("/margin", "must not be negative")
    for number, position in enumerate(look.positions):
        yield from _position_faults(f"/positions/{number}", position)
    for number, deal in enumerate(look.deals):
        yield from _deal_faults(f"/deals/{number}", deal)
    for ticket, n in Counter(each.ticket for each in look.positions).items():
        if n > 1:
            yield FieldError("/positions", f"ticket {ticket} is there {n} times")


def _position_faults(at: str, position: PositionIn) -> Iterator[FieldError]:
    yield from _amounts(at, position, ("profit", "swap"))
    yield from _prices(at, position, ("open_price", "price", "stop", "target"))
    yield from _times(at, position, ("opened_at",))
    if not _within(position.volume, _VOLUME) or position.volume <= 0:
        yield FieldError(f"{at}/volume", "must be a number above 0")


def _deal_faults(at: str, deal: DealIn) -> Iterator[FieldError]:
    yield from _amounts(at, deal, ("profit", "swap", "commission"))
    yield from _prices(at, deal, ("price",))
    yield from _times(at, deal, ("at",))
    if not _within(deal.volume, _VOLUME) or deal.volume < 0:
        yield FieldError(f"{at}/volume", "must be a number, 0 or more")


def _amounts(at: str, given: Struct, names: Iterable[str]) -> Iterator[FieldError]:
    return _beyond(at, given, names, _AMOUNT)


def _prices(at: str, given: Struct, names: Iterable[str]) -> Iterator[FieldError]:
    return _beyond(at, given, names, _PRICE)


def _beyond(at: str, given: Struct, names: Iterable[str], limit: Decimal) -> Iterator[FieldError]:
    for name in names:
        value = getattr(given, name)
        if value is not None and not _within(value, limit):
            yield FieldError(f"{at}/{name}", f"must be a number between -{limit:f} and {limit:f}")


def _within(value: Decimal, limit: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _SMALLEST_EXPONENT and abs(value) < limit


def _times(at: str, given: Struct, names: Iterable[str]) -> Iterator[FieldError]:
    for name in names:
        if not _FROM <= getattr(given, name) <= _UNTIL:
            yield FieldError(f"{at}/{name}", "must be between the years 1970 and 2200")


def _check_sums(look: Look, share: Decimal) -> None:
    assert look.equity is not None
    floating = sum((each.profit + each.swap for each in look.positions), Decimal(0))
    paid = look.balance + look.credit
    slack = share * max(abs(look.balance), abs(look.equity)) + 1 + len(look.positions)
    if abs(look.equity - paid - floating) > slack:
        raise SumsDoNotAdd(
            f"Equity is {look.equity}, but balance, credit and positions make {paid + floating}.",
            errors=(FieldError("/equity", "is not balance + credit + profit + swap"),),
        )
    # Brokers differ in whether floating profit or loss counts in the free margin.
    low, high = sorted((look.equity - look.margin, paid - look.margin))
    if not low - slack <= look.free_margin <= high + slack:
        raise SumsDoNotAdd(
            f"Free margin is {look.free_margin}, but equity less margin is {look.equity - look.margin}.",
            errors=(FieldError("/free_margin", "is not equity - margin"),),
        )


def doubt(look: Look) -> Doubt | None:
    """Why a look is not believed: a terminal that has just lost its broker shows an empty account."""
    if look.equity is None:
        return "equity_missing"
    return "equity_zero" if look.equity == 0 else None


def figures(look: Look) -> Figures:
    """The sums of a look that is believed."""
    assert look.equity is not None
    amounts = (look.balance, look.equity, look.margin, look.free_margin, look.credit)
    return Figures(*(minor(amount, look.currency) for amount in amounts))


def seen(given: PositionIn, currency: str) -> Open:
    """A position as it will be stored; whose command made it is looked up later."""
    return Open(
        given.ticket,
        given.symbol,
        given.side,
        given.volume,
        given.open_price,
        given.price,
        given.stop,
        given.target,
        minor(given.profit, currency),
        minor(given.swap, currency),
        given.opened_at,
        given.comment,
        None,
    )


def diff(known: Iterable[Open], now: Iterable[Open]) -> Diff:
    """What is new, what is other than it was, what is gone; a command once known stays known."""
    before, after = {each.ticket: each for each in known}, {each.ticket: each for each in now}
    changed = [
        (before[ticket], each)
        for ticket, each in after.items()
        if ticket in before and before[ticket] != _of_command(each, before[ticket].command_id)
    ]
    return Diff(
        [each for ticket, each in after.items() if ticket not in before],
        [_of_command(each, old.command_id) for old, each in changed],
        [ticket for ticket in before if ticket not in after],
    )


def _of_command(position: Open, command_id: UUID | None) -> Open:
    return msgspec.structs.replace(position, command_id=command_id)


def with_commands(opened: list[Open], ours: set[UUID]) -> list[Open]:
    """Positions whose comment names one of these commands are linked to it."""
    ids = [command_in(each.comment) for each in opened]
    return [_of_command(each, id if id in ours else None) for each, id in zip(opened, ids, strict=True)]
