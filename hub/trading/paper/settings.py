"""How the market of paper trading behaves where nobody chose otherwise."""

from functools import cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.market.candles.models import Timeframe


class PaperSettings(BaseSettings):
    """`PAPER_TIMEFRAME`: whose candles move the books. `PAPER_SPREAD_POINTS`: ask less bid; candles carry bids.
    `PAPER_SLIPPAGE_POINTS`: of counterfactual fills; portfolios have their own.
    `PAPER_CLOCK`: orders are placed now (`wall`), or (`market`) where the newest candle closed, which is for replays and
    demos: fed late, a live market would fill an order on bars of before.
    `PAPER_RISK_PER_TRADE`: the fraction of the balance that a trade loses at its stop.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    timeframe: Timeframe = Field("H1", validation_alias="PAPER_TIMEFRAME")
    spread_points: int = Field(20, ge=0, le=10_000, validation_alias="PAPER_SPREAD_POINTS")
    clock: Literal["wall", "market"] = Field("wall", validation_alias="PAPER_CLOCK")
    slippage_points: int = Field(5, ge=0, le=1_000, validation_alias="PAPER_SLIPPAGE_POINTS")
    risk_per_trade: float = Field(0.01, gt=0, le=0.1, validation_alias="PAPER_RISK_PER_TRADE")


@cache
def settings() -> PaperSettings:
    """Read once a process."""
    return PaperSettings()
