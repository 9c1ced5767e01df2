"""Which of our instruments a broker's symbol is: `XAUUSD.a`, `XAUUSDm`, `GOLD`. Never a guess.

A name is an instrument's own or an alias, in any case, and at most one suffix: a dot, dash or underscore and up
to eight letters; up to four small letters; or one of `# + !`. A suffix with digits is a delivery month, which is
another instrument.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from strategies.symbols import ALIASES, SYMBOLS

_SUFFIX = re.compile(r"(?:[._-][A-Za-z]{0,8}|[a-z]{1,4}|[#+!])?")
_BASES = {**{name: name for name in SYMBOLS}, **ALIASES}


class Mapped(Struct, frozen=True):
    """`one`: our instrument to its only symbol; `many`: to those that could be it; `unknown`: what is not ours."""

    one: dict[str, str]
    many: dict[str, list[str]]
    unknown: list[str]


def instrument(name: str) -> str | None:
    """Our instrument of that name; None when it is none, or could be two."""
    found = {ours for base, ours in _BASES.items() if _is(name, base)}
    return found.pop() if len(found) == 1 else None


def _is(name: str, base: str) -> bool:
    return name[: len(base)].upper() == base and _SUFFIX.fullmatch(name, len(base)) is not None


def mapped(names: Iterable[str]) -> Mapped:
    """All symbols of a report. Two that could be one instrument are both refused: the order makes no difference."""
    found: dict[str, list[str]] = {}
    unknown = []
    for name in sorted(names):
        ours = instrument(name)
        if ours is None:
            unknown.append(name)
        else:
            found.setdefault(ours, []).append(name)
    return Mapped(
        {ours: each[0] for ours, each in found.items() if len(each) == 1},
        {ours: each for ours, each in found.items() if len(each) > 1},
        unknown,
    )
