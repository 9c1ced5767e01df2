"""`CANDLES_CACHE_SECONDS`, `CANDLES_HOLE_SECONDS`, `CANDLES_RETRIES`, `CANDLES_RETRY_SECONDS`."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CandleSettings(BaseSettings):
    """How long a window is kept in Redis, how long a hole that the source has not filled is not asked for again,
    and how often, and after how many seconds, a fetch is tried again.
    """

    model_config = SettingsConfigDict(
        env_prefix="CANDLES_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    cache_seconds: int = Field(5, ge=0)
    hole_seconds: int = Field(3600, ge=1)
    retries: int = Field(3, ge=0, le=20)
    retry_seconds: float = Field(0.5, gt=0, le=60)


@cache
def settings() -> CandleSettings:
    """Read once a process."""
    return CandleSettings()
