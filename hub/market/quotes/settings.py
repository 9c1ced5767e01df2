"""`QUOTE_*`: which quotes are believed. `TICK_*`: how their history is kept, cached and filled."""

from datetime import timedelta
from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class QuoteSettings(BaseSettings):
    """Times in seconds unless they say otherwise.

    `QUOTE_FRESH_SECONDS`: an older quote is stale, and judges nothing. `QUOTE_SKEW_SECONDS`: how far ahead of ours a
    quote's clock may be. `TICK_SILENCE_SECONDS` without a tick in an open market are a hole; one that its source did
    not fill is not asked for again within `TICK_HOLE_SECONDS`.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    fresh_seconds: int = Field(30, ge=1, le=3_600, validation_alias="QUOTE_FRESH_SECONDS")
    skew_seconds: int = Field(5, ge=0, le=300, validation_alias="QUOTE_SKEW_SECONDS")
    keep_days: int = Field(30, ge=1, le=36_500, validation_alias="TICK_KEEP_DAYS")
    silence_seconds: int = Field(60, ge=1, le=86_400, validation_alias="TICK_SILENCE_SECONDS")
    hole_seconds: int = Field(3600, ge=1, validation_alias="TICK_HOLE_SECONDS")
    cache_seconds: int = Field(5, ge=0, validation_alias="TICK_CACHE_SECONDS")
    retries: int = Field(3, ge=0, le=20, validation_alias="TICK_RETRIES")
    retry_seconds: float = Field(0.5, gt=0, le=60, validation_alias="TICK_RETRY_SECONDS")

    @property
    def fresh(self) -> timedelta:
        return timedelta(seconds=self.fresh_seconds)

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.skew_seconds)


@cache
def settings() -> QuoteSettings:
    """Read once a process."""
    return QuoteSettings()
