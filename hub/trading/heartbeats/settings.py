"""When a trader says that it runs, and when its candle is late."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class HeartbeatSettings(BaseSettings):
    """`CHECK_INTERVAL_SECONDS`: between two heartbeats. `CANDLE_CHECK_WINDOW`: how long (s) after a bar's close its
    candle must have arrived before the heartbeat says `late`.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    interval_seconds: int = Field(10, ge=1, le=3600, validation_alias="CHECK_INTERVAL_SECONDS")
    candle_window_seconds: int = Field(60, ge=1, le=3600, validation_alias="CANDLE_CHECK_WINDOW")


@cache
def settings() -> HeartbeatSettings:
    """Read once a process."""
    return HeartbeatSettings()
