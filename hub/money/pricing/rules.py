"""What things cost. Prices are minor units of one currency."""

COPY_PERCENT = 130
"""A plan with copy trading, in per cent of the same plan without."""


def copy_markup(price_minor: int) -> int:
    """The price of a plan with copy trading: 30 % more, half a unit rounded up. `ValueError` below 0."""
    if price_minor < 0:
        raise ValueError(f"a price is not below 0: {price_minor}")
    return (price_minor * COPY_PERCENT + 50) // 100
