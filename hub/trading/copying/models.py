"""Copying: who has signals approved on their behalf, within which limits, and what came of it.

Money is in minor units of the account's currency, shares in basis points (10,000 is the whole), volume in lots.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from hub.trading.risk.models import Caps, CapsIn, Leverage, Looked, Share
from hub.trading.risk.models import Money as Amount
from hub.trading.risk.models import Reason as RiskReason
from hub.trading.signals.models import Side

Multiplier = Annotated[int, Meta(ge=100, le=20_000)]
"""Of the person's own size: 10,000 is once."""
Points = Annotated[int, Meta(ge=0, le=1_000_000)]
Trades = Annotated[int, Meta(ge=1, le=10_000)]
Outcome = Literal["placed", "kept_out", "blocked"]
"""`kept_out`: not this signal. `blocked`: a limit was broken, and trading was paused, or the strategy suspended."""
Suspension = Literal["heartbeat"]
OwnReason = Literal[
    "off",
    "consent",
    "entitlement",
    "heartbeat",
    "not_earned",
    "drift",
    "paper",
    "no_account",
    "no_terminal",
    "terminal_forbids",
    "currency_unknown",
    "trades_a_day",
    "not_certified",
    "under_policy",
    "quota",
    "refused",
    "decided",
    "closed",
]
Reason = RiskReason | OwnReason


class CopyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The consent that was read, how much of one's own size is taken, and which prices it covers (null: the house's)."""

    consent_version: Annotated[str, Meta(min_length=1, max_length=32)]
    multiplier_bp: Multiplier = 10_000
    max_drift_points: Points | None = None
    max_spread_points: Points | None = None


class CopyRiskIn(Struct, frozen=True, forbid_unknown_fields=True):
    """CopyLimits of one's own for copied trades. What is not named stays; null takes one's own back."""

    max_drawdown_bp: Share | UnsetType | None = UNSET
    min_equity: Amount | UnsetType | None = UNSET
    max_exposure_bp: Share | UnsetType | None = UNSET
    max_trade_risk_bp: Share | UnsetType | None = UNSET
    daily_stop_bp: Share | UnsetType | None = UNSET
    max_leverage_x100: Leverage | UnsetType | None = UNSET
    max_trades_a_day: Trades | UnsetType | None = UNSET
    max_volume: Decimal | UnsetType | None = UNSET


class Copier(Struct, frozen=True):
    """Somebody's copying as it is stored."""

    user_id: UUID
    enabled: bool
    consent_version: str | None
    multiplier_bp: int
    max_drift_points: int | None
    max_spread_points: int | None
    max_trades_a_day: int | None
    max_volume: Decimal | None
    since: datetime
    suspended_for: Suspension | None
    suspended_at: datetime | None


class Most(Struct, frozen=True):
    """How often and how much is copied at most."""

    max_trades_a_day: int
    max_volume: Decimal


class OwnMost(Struct, frozen=True):
    """The same as the person set it; null: nothing of their own."""

    max_trades_a_day: int | None
    max_volume: Decimal | None


class MostOf(Struct, frozen=True):
    """What is in force, the tighter of the house's and the person's own."""

    effective: Most
    base: Most
    own: OwnMost


class Tolerance(Struct, frozen=True):
    """Which prices a consent covers: points from the signal's entry, and of spread."""

    max_drift_points: int
    max_spread_points: int


class OwnTolerance(Struct, frozen=True):
    """The same as the person set it; null: nothing of their own."""

    max_drift_points: int | None
    max_spread_points: int | None


class ToleranceOf(Struct, frozen=True):
    """What is in force: the person's own, tighter or not, else the house's."""

    effective: Tolerance
    base: Tolerance
    own: OwnTolerance


class Consented(Struct, frozen=True):
    """Which words are in force, and which were agreed to last. Null: none, or taken back."""

    needed: str
    given: str | None
    given_at: datetime | None


class CopyHold(Struct, frozen=True):
    """Something that stops copying, and since when, where that is known."""

    reason: str
    detail: str
    at: datetime | None = None


class Earned(Struct, frozen=True):
    """How far a strategy has come. One that was suspended counts anew from then."""

    strategy: str
    manual_approvals: int
    needed: int
    unlocked: bool
    suspended_at: datetime | None
    suspended_for: str | None


class CopyLimits(Struct, frozen=True):
    """What is in force for copied trades, what holds for the person's trades anyway, and what they tightened; the same
    of what copying alone limits.
    """

    effective: Caps
    base: Caps
    own: CapsIn
    most: MostOf


class CopyStatus(Struct, frozen=True):
    """Whether copying runs, and what stops it."""

    enabled: bool
    running: bool
    paused_by: list[CopyHold]
    consent: Consented
    multiplier_bp: int
    tolerance: ToleranceOf
    limits: CopyLimits
    trades_today: int
    strategies: list[Earned]


class Copied(Struct, frozen=True):
    """The event of anything that happened to somebody's copying."""

    user_id: UUID
    signal_id: UUID | None
    reason: str | None
    figures: dict[str, Any]


class Known(Looked, frozen=True):
    """A verified account with what sizing needs. `heard_at`: the last snapshot, connected to the broker or not."""

    free_margin: int | None
    allowed: bool | None
    heard_at: datetime | None
    has_terminal: bool


class Fit(Struct, frozen=True):
    """What an order is to be: lots, what they lose at the stop, what they bind."""

    volume: Decimal
    risk: int
    margin: int


class Fill(Struct, frozen=True):
    """Where an order was filled, and where its signal wanted it."""

    instrument: str
    side: Side
    entry: Decimal
    fill_price: Decimal


class EarnedRow(Struct, frozen=True):
    strategy: str
    manual_approvals: int


class SuspendedRow(Struct, frozen=True):
    strategy: str
    reason: str
    at: datetime


class ConsentRow(Struct, frozen=True):
    act: str
    version: str
    at: datetime


class Waiting(Struct, frozen=True):
    """Copied orders that no snapshot shows yet: what they bind."""

    margin: int


class Count(Struct, frozen=True):
    n: int


class Id(Struct, frozen=True):
    id: UUID


class Proposed(Struct, frozen=True):
    """A signal that is to be copied."""

    id: UUID
    strategy: str
    instrument: str


class Finding(Struct, frozen=True):
    """Why somebody's copying is stopped."""

    reason: Reason
    figures: dict[str, Any]


class Alone(Struct, frozen=True):
    alone: bool
