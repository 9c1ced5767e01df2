"""The one door to the environment. Names are the owner's; `.env.example` lists them.

A bad value stops the process at start, with the variable's name and what is wrong with it.
Secrets are not here: `core/secrets` reads them, so that a settings dump cannot leak one.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _config(prefix: str = "") -> SettingsConfigDict:
    # A refused DSN must not be shown: it holds a password.
    return SettingsConfigDict(env_prefix=prefix, extra="ignore", frozen=True, hide_input_in_errors=True)


def _postgres(dsn: str) -> str:
    """`postgresql+psycopg://` is accepted and means `postgresql://`."""
    dsn = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", dsn)
    if not re.match(r"^postgresql://[^/]*/\w+", dsn):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return dsn


def _redis(url: str) -> str:
    if not re.match(r"^(rediss?|unix)://", url):
        raise ValueError("must look like redis://host:6379/0")
    return url


def _http(url: str) -> str:
    if not re.match(r"^https?://[^/]", url):
        raise ValueError("must look like http://collector:4318")
    return url


def redact(url: str) -> str:
    """A DSN or URL without its password."""
    return re.sub(r"(://[^:/@]*):[^/?#]*@", r"\1:***@", url)


class AppSettings(BaseSettings):
    """`APP_ENV`, `APP_VERSION`, `GIT_SHA`, `APP_LOG_LEVEL`, `CAERUS_HOME`, `SECRETS_PROVIDER`."""

    model_config = _config()

    env: Literal["development", "staging", "production"] = Field("development", validation_alias="APP_ENV")
    name: str = Field("caerus", validation_alias="APP_NAME")
    version: str | None = Field(None, validation_alias="APP_VERSION")
    git_sha: str | None = Field(None, validation_alias="GIT_SHA")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="APP_LOG_LEVEL")
    home: Path = Field(Path(".caerus"), validation_alias="CAERUS_HOME")
    secrets_provider: Literal["env", "dotenv"] = Field("env", validation_alias="SECRETS_PROVIDER")

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.env != "production":
            return self
        missing = [
            name for name, value in (("APP_VERSION", self.version), ("GIT_SHA", self.git_sha)) if not value
        ]
        if missing:
            raise ValueError(f"APP_ENV=production needs {' and '.join(missing)}")
        if self.secrets_provider == "dotenv":
            raise ValueError("APP_ENV=production refuses SECRETS_PROVIDER=dotenv; use env")
        return self


class DbSettings(BaseSettings):
    """`DB_DSN` (empty: the embedded PostgreSQL), `DB_OWNER_DSN` for migrations, pool sizes."""

    model_config = _config("DB_")

    dsn: Annotated[str, AfterValidator(lambda v: v and _postgres(v))] = ""
    owner_dsn: Annotated[str, AfterValidator(lambda v: v and _postgres(v))] = ""
    pool_min: int = Field(1, ge=0)
    pool_max: int = Field(8, ge=1)
    command_timeout_seconds: float = Field(30, gt=0)

    @model_validator(mode="after")
    def _pool_fits(self) -> Self:
        if self.pool_min > self.pool_max:
            raise ValueError("DB_POOL_MIN must not exceed DB_POOL_MAX")
        return self


class RedisSettings(BaseSettings):
    """`REDIS_URL` (empty: the embedded server)."""

    model_config = _config("REDIS_")

    url: Annotated[str, AfterValidator(lambda v: v and _redis(v))] = ""


class SecuritySettings(BaseSettings):
    """Tokens, passwords, signatures."""

    model_config = _config()

    jwt_issuer: str = "caerus"
    jwt_audience: str = "web"
    jwt_access_seconds: int = Field(900, ge=60, le=3600)
    session_days: int = Field(30, ge=1)
    argon2_memory_kib: int = Field(47_104, ge=8_192)
    argon2_time_cost: int = Field(1, ge=1)
    argon2_parallelism: int = Field(1, ge=1)
    login_max_failures: int = Field(10, ge=1)
    login_lock_seconds: int = Field(900, ge=1)
    hmac_timestamp_skew_seconds: int = Field(300, ge=1)
    hmac_nonce_ttl_seconds: int = Field(600, ge=1)

    @model_validator(mode="after")
    def _nonces_outlive_the_skew(self) -> Self:
        if self.hmac_nonce_ttl_seconds < 2 * self.hmac_timestamp_skew_seconds:
            raise ValueError("HMAC_NONCE_TTL_SECONDS must be at least twice HMAC_TIMESTAMP_SKEW_SECONDS")
        return self


class ServeSettings(BaseSettings):
    """Where the hub listens. `OPS_PORT` serves /metrics and is never public."""

    model_config = _config()

    host: str = Field("127.0.0.1", validation_alias="HUB_HOST")
    port: int = Field(8000, ge=0, le=65_535, validation_alias="HUB_PORT")
    ops_port: int = Field(8001, ge=0, le=65_535, validation_alias="OPS_PORT")
    shutdown_seconds: int = Field(5, ge=1, validation_alias="HUB_SHUTDOWN_SECONDS")


class TelemetrySettings(BaseSettings):
    """`OTEL_EXPORTER_OTLP_ENDPOINT` (empty: no traces), `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER_ARG`: the
    share of traces to keep. Headers for the collector (`OTEL_EXPORTER_OTLP_HEADERS`) are read by its exporter.
    """

    model_config = _config("OTEL_")

    exporter_otlp_endpoint: Annotated[str, AfterValidator(lambda v: v and _http(v))] = ""
    service_name: str = Field("caerus", min_length=1)
    traces_sampler_arg: float = Field(1.0, ge=0, le=1)


class ClientSettings(BaseSettings):
    """For processes that call a hub: `API_BASE`, `PRODUCER_ID`, `DEVICE_ID`. Their keys are secrets."""

    model_config = _config()

    api_base: str = "http://127.0.0.1:8000"
    producer_id: str = ""
    device_id: str = ""


class Settings(BaseSettings):
    """Everything, read once."""

    model_config = _config()

    app: AppSettings = Field(default_factory=lambda: AppSettings())
    db: DbSettings = Field(default_factory=lambda: DbSettings())
    redis: RedisSettings = Field(default_factory=lambda: RedisSettings())
    security: SecuritySettings = Field(default_factory=lambda: SecuritySettings())
    serve: ServeSettings = Field(default_factory=lambda: ServeSettings())
    telemetry: TelemetrySettings = Field(default_factory=lambda: TelemetrySettings())

    @classmethod
    def throw_away(cls, home: Path, port: int, ops_port: int) -> Self:
        """A hub of its own below `home`, whatever the environment says of addresses."""
        level = AppSettings().log_level
        return cls(
            app=AppSettings(CAERUS_HOME=home, APP_LOG_LEVEL="WARNING" if level == "INFO" else level),
            db=DbSettings(dsn="", owner_dsn=""),
            redis=RedisSettings(url=""),
            serve=ServeSettings(HUB_PORT=port, OPS_PORT=ops_port),
        )

    def summary(self) -> dict[str, object]:
        """What was resolved, fit to be logged."""
        shown = self.model_dump(mode="json")
        shown["db"] |= {"dsn": redact(self.db.dsn), "owner_dsn": redact(self.db.owner_dsn)}
        shown["redis"]["url"] = redact(self.redis.url)
        shown["telemetry"]["exporter_otlp_endpoint"] = redact(self.telemetry.exporter_otlp_endpoint)
        return shown
