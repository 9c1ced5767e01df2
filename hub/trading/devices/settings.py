"""How long a device's key is good, and its silence borne."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DeviceSettings(BaseSettings):
    """`DEVICE_KEY_ROTATE_DAYS`: after so long an owner had better rotate; nothing is refused for that.
    `DEVICE_KEY_GRACE_DAYS`: the key before is good beside a new one for so long, or until the new one is used.
    `DEVICE_SILENT_SECONDS`: so long after it was last heard its owner is told. A call is written down twice a minute at
    most, and a poll may take half a minute.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    rotate_days: int = Field(90, ge=1, le=3_650, validation_alias="DEVICE_KEY_ROTATE_DAYS")
    grace_days: int = Field(14, ge=0, le=365, validation_alias="DEVICE_KEY_GRACE_DAYS")
    silent_seconds: int = Field(120, ge=90, le=86_400, validation_alias="DEVICE_SILENT_SECONDS")


@cache
def settings() -> DeviceSettings:
    """Read once a process."""
    return DeviceSettings()
