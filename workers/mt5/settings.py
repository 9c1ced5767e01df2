"""`MT5_MAX_FAILURES`, `MT5_BACKOFF_SECONDS`. Credentials are secrets, and not here."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mt5Settings(BaseSettings):
    """After so many failures in a row nothing is tried for so long; twice as long after each further one."""

    model_config = SettingsConfigDict(
        env_prefix="MT5_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    max_failures: int = Field(5, ge=1)
    backoff_seconds: float = Field(300, gt=0)
    deadline_seconds: float = Field(10, gt=0)
    settle_seconds: float = Field(60, gt=0)
