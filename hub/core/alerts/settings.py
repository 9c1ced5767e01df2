"""Where the owner's alerts go."""

from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.core import formats


class AlertSettings(BaseSettings):
    """`OPS_TELEGRAM_CHAT_ID` (empty: alerts are off), `OPS_TELEGRAM_API`, `OPS_ALERT_WINDOW_SECONDS`.

    The bot's token is a secret, `OPS_TELEGRAM_BOT_TOKEN`. Within a window alerts of one kind are one message.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    chat_id: str = Field("", pattern=r"^(-?\d{1,20}|@\w{5,32})?$", validation_alias="OPS_TELEGRAM_CHAT_ID")
    api: Annotated[str, AfterValidator(formats.private)] = Field(
        "https://api.telegram.org", validation_alias="OPS_TELEGRAM_API"
    )
    window_seconds: float = Field(300, ge=1, le=86_400, validation_alias="OPS_ALERT_WINDOW_SECONDS")


@cache
def settings() -> AlertSettings:
    """Read once a process."""
    return AlertSettings()
