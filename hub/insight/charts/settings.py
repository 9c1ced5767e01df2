"""Where pictures are kept, for how long, and how much of them."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MediaSettings(BaseSettings):
    """`MEDIA_*`. `MEDIA_MAX_BYTES` is for one picture, `MEDIA_DIR_MAX_BYTES` for all together."""

    model_config = SettingsConfigDict(env_prefix="MEDIA_", extra="ignore", frozen=True)

    folder: Path = Field(Path("/var/tmp/bot_media"), validation_alias="MEDIA_DIR")  # noqa: S108 - the owner's; see `storage`
    ttl_seconds: int = Field(86_400, ge=1, validation_alias="MEDIA_TTL_SECONDS")
    max_bytes: int = Field(5_000_000, ge=10_000, validation_alias="MEDIA_MAX_BYTES")
    folder_max_bytes: int = Field(500_000_000, ge=10_000, validation_alias="MEDIA_DIR_MAX_BYTES")


@cache
def settings() -> MediaSettings:
    """Read once; a hub reads them when it starts."""
    return MediaSettings()
