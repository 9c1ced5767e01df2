"""Instruments: what the house trades, and how its prices are counted."""

from decimal import Decimal

from msgspec import Struct


class Instrument(Struct, frozen=True):
    """`digits`: decimals of a price. `point`: the smallest move of one, which limits in points are counted in.
    `currency` is what its price is in.
    """

    symbol: str
    digits: int
    point: Decimal
    currency: str


class Instruments(Struct, frozen=True):
    """All there are; other symbols are nobody's here."""

    items: list[Instrument]
