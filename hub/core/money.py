"""Money: integers in minor units of a currency (ISO 4217), and what others write as decimals."""

from decimal import ROUND_HALF_EVEN, Decimal

_DIGITS = dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0) | dict.fromkeys(
    ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3
)


def digits(currency: str) -> int:
    """How many decimals a currency has: 2, unless it is known to have none or three."""
    return _DIGITS.get(currency, 2)


def minor(amount: Decimal, currency: str) -> int:
    """Minor units of a finite amount; what is smaller than one is rounded half to even."""
    return int(amount.scaleb(digits(currency)).to_integral_value(ROUND_HALF_EVEN))
