"""What accounts and their looks are bounded by."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccountSettings(BaseSettings):
    """`ACCOUNTS_*`, `SNAPSHOT_*`, `POSITIONS_*`. Times in seconds.

    `SNAPSHOT_TOLERANCE_PCT` is how far equity may be from what balance and positions add up to: a terminal
    reads them one after the other while prices move.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    most: int = Field(20, ge=1, validation_alias="ACCOUNTS_MAX")
    tag_hours: int = Field(24, ge=1, le=168, validation_alias="ACCOUNTS_TAG_HOURS")
    max_positions: int = Field(500, ge=1, le=1_000, validation_alias="SNAPSHOT_MAX_POSITIONS")
    tolerance_pct: float = Field(5.0, ge=0, le=50, validation_alias="SNAPSHOT_TOLERANCE_PCT")
    fresh_seconds: float = Field(30.0, gt=0, validation_alias="POSITIONS_CACHE_SECONDS")
    refresh_seconds: float = Field(2.0, gt=0, le=30, validation_alias="POSITIONS_REFRESH_TIMEOUT_SECONDS")


@cache
def settings() -> AccountSettings:
    """Read once; a hub reads them when it starts."""
    return AccountSettings()
