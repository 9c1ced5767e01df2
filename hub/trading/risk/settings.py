"""What the environment says of risk, where nothing is stored."""

import math
from decimal import Decimal
from functools import cache
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.trading.risk.models import Caps


class RiskSettings(BaseSettings):
    """The limits that hold until the owner sets others.

    Two of the owner's texts name the same limits with other figures; each is kept for what its text does:
    PR-019 and PR-074 keep new trades out (`MAX_DRAWDOWN=0.10`, a fraction, and `MIN_EQUITY_GBP=500`); PR-023
    says when everything must be closed (`MAX_DRAWDOWN_PERCENT=20`, and its `MIN_EQUITY_GBP=100`, which is called
    `LIQUIDATION_EQUITY_GBP` here since one name cannot have two values). The two amounts are major units and
    are applied in the account's own currency: there are no rates yet.

    `MARKET_GUARD_CLOSES`: positions are closed when their market has been dry, or has jumped, for
    `MARKET_GUARD_SECONDS` by what their own broker quotes. Off unless somebody wants it: it sells into the worst prices.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    max_drawdown: Decimal = Field(Decimal("0.10"), gt=0, le=1, validation_alias="MAX_DRAWDOWN")
    min_equity: Decimal = Field(Decimal(500), ge=0, le=10**11, validation_alias="MIN_EQUITY_GBP")
    liquidation_percent: Decimal = Field(Decimal(20), gt=0, le=100, validation_alias="MAX_DRAWDOWN_PERCENT")
    liquidation_equity: Decimal = Field(
        Decimal(100), ge=0, le=10**11, validation_alias="LIQUIDATION_EQUITY_GBP"
    )
    exposure_percent: Decimal = Field(Decimal(50), gt=0, le=100, validation_alias="COPY_MAX_EXPOSURE_PCT")
    trade_risk_percent: Decimal = Field(Decimal(2), gt=0, le=100, validation_alias="COPY_MAX_TRADE_RISK_PCT")
    daily_stop_percent: Decimal = Field(Decimal(10), gt=0, le=100, validation_alias="COPY_DAILY_STOP_PCT")
    gap_percent: Decimal = Field(Decimal(5), gt=0, le=100, validation_alias="PRICE_GAP_ALERT_PERCENT")
    liquidity_check: bool = Field(True, validation_alias="LIQUIDITY_CHECK_ENABLED")
    spread_percent: Decimal = Field(Decimal("0.5"), gt=0, le=100, validation_alias="RISK_MAX_SPREAD_PERCENT")
    guard_closes: bool = Field(False, validation_alias="MARKET_GUARD_CLOSES")
    guard_seconds: int = Field(30, ge=1, le=3_600, validation_alias="MARKET_GUARD_SECONDS")
    close_only_minutes: int = Field(5, ge=0, le=720, validation_alias="RISK_CLOSE_ONLY_MINUTES")
    snapshot_seconds: int = Field(120, ge=1, le=86_400, validation_alias="RISK_SNAPSHOT_SECONDS")

    @model_validator(mode="after")
    def _new_trades_stop_first(self) -> Self:
        if self.max_drawdown * 100 > self.liquidation_percent:
            raise ValueError(
                "MAX_DRAWDOWN must not be beyond MAX_DRAWDOWN_PERCENT, at which everything is closed"
            )
        if self.min_equity < self.liquidation_equity:
            raise ValueError("MIN_EQUITY_GBP must not be below LIQUIDATION_EQUITY_GBP")
        return self

    def caps(self) -> Caps:
        """The limits, in basis points and hundredths of a major unit; a fraction of one is rounded to the tighter side."""
        return Caps(
            max_drawdown_bp=max(1, int(self.max_drawdown * 10_000)),
            min_equity=math.ceil(self.min_equity * 100),
            liquidation_drawdown_bp=_bp(self.liquidation_percent),
            liquidation_equity=math.ceil(self.liquidation_equity * 100),
            max_exposure_bp=_bp(self.exposure_percent),
            max_trade_risk_bp=_bp(self.trade_risk_percent),
            daily_stop_bp=_bp(self.daily_stop_percent),
            max_leverage_x100=None,
        )

    @property
    def gap_bp(self) -> int:
        return _bp(self.gap_percent)

    @property
    def spread_bp(self) -> int:
        return _bp(self.spread_percent)


def _bp(percent: Decimal) -> int:
    """At least one basis point."""
    return max(1, int(percent * 100))


@cache
def settings() -> RiskSettings:
    """Read once a process."""
    return RiskSettings()
