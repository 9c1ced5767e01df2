"""Where Redis is, and where the bus is when it is not there too."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.core import formats

_CLUSTER_SHARDS = 16


class RedisSettings(BaseSettings):
    """`REDIS_URL` (empty: the embedded server), `REDIS_BUS_URL` (empty: the bus is on it too), `REDIS_BUS_SHARDS`.

    Hubs and the relay must agree on both: who reads other shards than are written misses events.
    """

    model_config = SettingsConfigDict(
        env_prefix="REDIS_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    url: Annotated[str, AfterValidator(lambda v: v and formats.redis(v))] = ""
    bus_url: Annotated[str, AfterValidator(lambda v: v and formats.bus(v))] = ""
    bus_shards: int | None = Field(None, ge=1, le=1024)

    @model_validator(mode="after")
    def _shards_are_somewhere(self) -> Self:
        if (self.bus_shards or 1) > 1 and not self.bus_url:
            raise ValueError("REDIS_BUS_SHARDS needs REDIS_BUS_URL")
        return self

    @property
    def clustered(self) -> bool:
        """Whether the bus is on a Redis Cluster."""
        return formats.clustered(self.bus_url)

    @property
    def shards(self) -> int:
        """Streams the bus is made of: one, or on a cluster 16, unless said otherwise."""
        return self.bus_shards or (_CLUSTER_SHARDS if self.clustered else 1)

    def redacted(self) -> dict[str, str]:
        """Both addresses without passwords."""
        return {"url": formats.redact(self.url), "bus_url": formats.redact(self.bus_url)}
