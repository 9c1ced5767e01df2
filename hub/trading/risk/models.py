"""Risk: limits, what an account stands at, what the rules say of it, and who may stop trading.

What an account has is in minor units of its currency; the amounts of limits, which are of no currency, are in hundredths of a
major unit of whatever it is (`rules.in_currency`). Shares are in basis points (10,000 is the whole), leverage in hundredths
(3,000 is 30 times).
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Outcome = Literal["ok", "block", "unknown", "liquidate"]
"""`block` and `unknown` keep new trades out; `liquidate` closes what is open, too."""
Reason = Literal[
    "ok",
    "liquidation_drawdown",
    "liquidation_equity",
    "snapshot_stale",
    "equity_unknown",
    "peak_unknown",
    "day_unknown",
    "margin_unknown",
    "notional_unknown",
    "trade_unknown",
    "price_unknown",
    "market_unknown",
    "drawdown",
    "equity_floor",
    "daily_stop",
    "exposure",
    "leverage",
    "trade_risk",
    "price_gap",
    "spread",
    "close_only",
    "market_closed",
    "trade_too_small",
    "paused",
    "kill_switch",
]
Actor = Literal["user", "owner", "system"]
Mode = Literal["all_in", "fraction", "fixed_risk"]
Figures = dict[str, int | str]
Share = Annotated[int, Meta(ge=1, le=10_000)]
Money = Annotated[int, Meta(ge=0, le=10**13)]
Leverage = Annotated[int, Meta(ge=1, le=50_000)]
Why = Annotated[str, Meta(min_length=1, max_length=500)]


class Verdict(Struct, frozen=True):
    """What a rule says, why, and the figures it said it from."""

    outcome: Outcome
    reason: Reason
    figures: Figures = {}

    @property
    def opens(self) -> bool:
        """Whether a new trade may be opened."""
        return self.outcome == "ok"


class Caps(Struct, frozen=True, forbid_unknown_fields=True):
    """The limits in force. The first two and the last five are of new trades. `min_equity` and `liquidation_equity` are
    hundredths of a major unit of an account's currency, also where its minor unit is another.

    At `liquidation_*` everything open is closed, 10 s after a warning; nobody can prevent it.
    """

    max_drawdown_bp: Share
    min_equity: Money
    liquidation_drawdown_bp: Share
    liquidation_equity: Money
    max_exposure_bp: Share
    max_trade_risk_bp: Share
    daily_stop_bp: Share
    max_leverage_x100: Leverage | None


class CapsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one person; null leaves a limit to whatever is below."""

    max_drawdown_bp: Share | None = None
    min_equity: Money | None = None
    liquidation_drawdown_bp: Share | None = None
    liquidation_equity: Money | None = None
    max_exposure_bp: Share | None = None
    max_trade_risk_bp: Share | None = None
    daily_stop_bp: Share | None = None
    max_leverage_x100: Leverage | None = None


class CapsOf(Struct, frozen=True):
    """What is in force for a person, what it is made of, and what they have set themselves."""

    user_id: UUID
    effective: Caps
    base: Caps
    own: CapsIn


class Standing(Struct, frozen=True):
    """An account as the guards see it. None is not known. `age_ms` is how old the snapshot is.

    `peak` and `day` are equity at its highest and at the day's start, `margin` what positions bind, `notional`
    what they are worth in the market (asked for only where leverage is capped).
    """

    equity: int | None
    peak: int | None
    day: int | None
    margin: int | None
    age_ms: int | None
    notional: int | None = None


class Trade(Struct, frozen=True):
    """What a new trade adds: lost at its stop, margin bound, worth in the market. None is not known."""

    risk: int | None
    margin: int | None
    notional: int | None = None


class Size(Struct, frozen=True, forbid_unknown_fields=True):
    """How much a trade takes: all free margin, `bp` of it, or a volume that loses `bp` of equity at its stop."""

    mode: Mode
    bp: Share


class Pause(Struct, frozen=True):
    """Who stopped a person's trading, and when."""

    actor: Actor
    reason: str
    at: datetime


class KillSwitch(Struct, frozen=True):
    """A switch that is on. No user: everybody's."""

    user_id: UUID | None
    reason: str
    on_at: datetime


class Status(Struct, frozen=True):
    """Whether a person's trading runs, and what stops it."""

    user_id: UUID
    running: bool
    pauses: list[Pause]
    kill_switches: list[KillSwitch]
    size: Size


class ControlIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose trading: one's own, or (the owner) `user_id`'s."""

    user_id: UUID | None = None
    reason: Why = "by hand"


class SizeIn(Struct, frozen=True, forbid_unknown_fields=True):
    mode: Mode
    bp: Share = 10_000
    user_id: UUID | None = None


class StatusQuery(Struct, frozen=True, forbid_unknown_fields=True):
    user_id: UUID | None = None


class KillSwitchIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`scope` user names one in `user_id`; all names nobody."""

    scope: Literal["all", "user"]
    on: bool
    reason: Why
    user_id: UUID | None = None


class KillSwitches(Struct, frozen=True):
    """Every switch that is on."""

    items: list[KillSwitch]


class KillSwitched(Struct, frozen=True):
    """The event of a switch that was turned."""

    user_id: UUID | None
    on: bool
    reason: str


class Guarded(Struct, frozen=True):
    """What the guards say of an account; the event when it is something else than before."""

    account_id: UUID
    outcome: Outcome
    reason: Reason
    figures: Figures


class GuardedAccounts(Struct, frozen=True):
    """What the guards say of each of a person's verified accounts now."""

    items: list[Guarded]


class CapsRow(Struct, frozen=True):
    """Limits as they are stored: of one person, or (null) what the owner set for everybody."""

    user_id: UUID | None
    set_by: str
    max_drawdown_bp: int | None
    min_equity: int | None
    liquidation_drawdown_bp: int | None
    liquidation_equity: int | None
    max_exposure_bp: int | None
    max_trade_risk_bp: int | None
    daily_stop_bp: int | None
    max_leverage_x100: int | None


class Looked(Struct, frozen=True):
    """An account, how it stood, and what was last said of it."""

    account_id: UUID
    user_id: UUID
    equity: int | None
    peak_equity: int | None
    day_equity: int | None
    margin: int | None
    leverage: int | None
    seen_at: datetime | None
    outcome: Outcome | None
    reason: Reason | None
    currency: str | None


class HeldPosition(Struct, frozen=True):
    """An open position that nobody closes yet, and where. `equity` is the account's."""

    account_id: UUID
    server: str
    equity: int | None
    ticket: str
    symbol: str
    opened_at: datetime
