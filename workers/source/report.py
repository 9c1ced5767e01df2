"""What was found wrong, or worth knowing, in a file of candles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["broken", "duplicate", "out of order"]
NAMED_ROWS = 5
HOW_TO_MEND = {
    "broken": "correct or remove them",
    "duplicate": "keep one row for each time",
    "out of order": "sort the file by time, or remove a row with a wrong time just before them",
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that must not be used. `row` counts data rows from 1, the header not included."""

    row: int
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Gap:
    """No bar between two bars. Opening times in epoch seconds; `bars` is how many would have fitted in."""

    after: int
    before: int
    bars: int

    @property
    def is_weekend(self) -> bool:
        """Whether it is shorter than four days and holds a Saturday noon (UTC), as every weekend does."""
        saturday = (2 * 86400 + 43200 - self.after) % (7 * 86400)
        return self.before - self.after < 4 * 86400 and self.after + saturday < self.before

    def __str__(self) -> str:
        return f"{_text(self.after)} to {_text(self.before)}: {self.bars} bars"


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` were read and `used`; `timeframe` in seconds; `bad` in the order of the file."""

    source: str
    rows: int
    used: int
    timeframe: int
    bad: tuple[BadRow, ...] = ()
    gaps: tuple[Gap, ...] = field(default=())

    def of(self, kind: Kind) -> list[BadRow]:
        """The bad rows of one kind."""
        return [row for row in self.bad if row.kind == kind]

    def __str__(self) -> str:
        return (
            f"{self.source}: {self.used} of {self.rows} rows used, {len(self.of('broken'))} broken, "
            f"{len(self.of('duplicate'))} duplicate, {len(self.of('out of order'))} out of order, "
            f"{sum(not gap.is_weekend for gap in self.gaps)} gaps besides weekends"
        )


class BadCandles(Exception):
    """A file that must not be traded on as it is. `report` is None when it could not be read as a table at all."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report

    @classmethod
    def because_of(cls, report: Report) -> BadCandles:
        """Names the first bad rows of each kind and what to mend."""
        kinds: list[Kind] = ["broken", "duplicate", "out of order"]
        lines = [_sentence(kind, report.of(kind)) for kind in kinds if report.of(kind)]
        hint = 'or load with on_bad="skip" to leave them out.'
        return cls("\n".join([f"{report.source} has rows that cannot be used:", *lines, hint]), report)


def _sentence(kind: Kind, rows: list[BadRow]) -> str:
    named = "; ".join(map(str, rows[:NAMED_ROWS]))
    more = f"; and {len(rows) - NAMED_ROWS} more" if len(rows) > NAMED_ROWS else ""
    return f"- {len(rows)} {kind} ({HOW_TO_MEND[kind]}): {named}{more}"


def _text(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
