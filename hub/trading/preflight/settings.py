"""How long a certificate holds, and how wrong a terminal's clock may be."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PreflightSettings(BaseSettings):
    """`PREFLIGHT_*`. A certificate that no report confirms ends after `PREFLIGHT_VALID_DAYS`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    valid_days: int = Field(30, ge=1, le=366, validation_alias="PREFLIGHT_VALID_DAYS")
    max_skew_seconds: int = Field(30, ge=1, le=300, validation_alias="PREFLIGHT_MAX_SKEW_SECONDS")


@cache
def settings() -> PreflightSettings:
    """Read once a process."""
    return PreflightSettings()
