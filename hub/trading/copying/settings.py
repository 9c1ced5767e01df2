"""What copying does where nobody chose otherwise. The limits on losses are those of risk (`COPY_MAX_EXPOSURE_PCT`...)."""

from decimal import Decimal
from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CopySettings(BaseSettings):
    """`COPY_*`. Times in seconds, volume in lots, prices in points.

    `COPY_EARNED_APPROVALS`: how often somebody approves of a strategy by hand before it is copied.
    `COPY_DRIFT_FILLS` and `COPY_DRIFT_POINTS`: how many fills are looked at, and how much worse than the signals'
    entries they may be on average. `COPY_KEEP_HOURS` false copies whatever the hour and the last bars, as a replay of
    candles of long ago wants. `COPY_AT_ONCE`: for so many people a signal is copied at the same time; each takes a
    connection of `DB_POOL_MAX` while it is their turn.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    earned_approvals: int = Field(20, ge=1, le=1_000, validation_alias="COPY_EARNED_APPROVALS")
    heartbeat_seconds: int = Field(900, ge=10, le=86_400, validation_alias="COPY_HEARTBEAT_SECONDS")
    drift_fills: int = Field(5, ge=1, le=100, validation_alias="COPY_DRIFT_FILLS")
    drift_points: Decimal = Field(Decimal(30), ge=0, le=10**6, validation_alias="COPY_DRIFT_POINTS")
    max_drift_points: int = Field(50, ge=0, le=10**6, validation_alias="COPY_MAX_DRIFT_POINTS")
    max_spread_points: int = Field(100, ge=0, le=10**6, validation_alias="COPY_MAX_SPREAD_POINTS")
    valid_seconds: int = Field(300, ge=5, le=86_400, validation_alias="COPY_VALID_SECONDS")
    trades_a_day: int = Field(10, ge=1, le=10_000, validation_alias="COPY_MAX_TRADES_A_DAY")
    keep_hours: bool = Field(True, validation_alias="COPY_KEEP_HOURS")
    at_once: int = Field(4, ge=1, le=64, validation_alias="COPY_AT_ONCE")
    max_volume: Decimal = Field(Decimal(5), gt=0, le=10**4, validation_alias="COPY_MAX_VOLUME")


@cache
def settings() -> CopySettings:
    """Read once a process."""
    return CopySettings()
