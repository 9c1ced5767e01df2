"""The one door to the environment. Names are the owner's; `.env.example` lists them.

A bad value stops the process at start, with the variable's name and what is wrong with it.
Secrets are not here: `core/secrets` reads them, so that a settings dump cannot leak one.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hub.core import formats
from hub.core.principal import Role
from hub.core.redis_settings import RedisSettings
from strategies.hours import DEFAULT_MARKET_TZ, Span, spans


def _config(prefix: str = "") -> SettingsConfigDict:
    # A refused DSN must not be shown: it holds a password.
    return SettingsConfigDict(env_prefix=prefix, extra="ignore", frozen=True, hide_input_in_errors=True)


Networks = Annotated[str, AfterValidator(formats.networks)]
"""`10.0.0.0/8, 2001:db8::/32`."""


class AppSettings(BaseSettings):
    """`APP_ENV`, `APP_VERSION`, `GIT_SHA`, `APP_LOG_LEVEL`, `CAERUS_HOME`, and where secrets are."""

    model_config = _config()

    env: Literal["development", "staging", "production"] = Field("development", validation_alias="APP_ENV")
    name: str = Field("caerus", validation_alias="APP_NAME")
    version: str | None = Field(None, validation_alias="APP_VERSION")
    git_sha: str | None = Field(None, validation_alias="GIT_SHA")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="APP_LOG_LEVEL")
    home: Path = Field(Path(".caerus"), validation_alias="CAERUS_HOME")
    secrets_provider: Literal["env", "dotenv", "vault"] = Field("env", validation_alias="SECRETS_PROVIDER")
    secrets_cache_seconds: int = Field(300, ge=1, validation_alias="SECRETS_CACHE_SECONDS")
    vault_addr: str = Field("", pattern=r"^(https?://[^/@\s]+/?)?$", validation_alias="VAULT_ADDR")
    vault_mount: str = Field("secret", min_length=1, validation_alias="VAULT_MOUNT")
    vault_path: str = Field("caerus", min_length=1, validation_alias="VAULT_PATH")

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
            raise ValueError("APP_ENV=production refuses SECRETS_PROVIDER=dotenv; use env or vault")
        return self

    @model_validator(mode="after")
    def _vault_has_an_address(self) -> Self:
        if self.secrets_provider == "vault" and not self.vault_addr:
            raise ValueError("SECRETS_PROVIDER=vault needs VAULT_ADDR, such as https://vault.example:8200")
        return self


class DbSettings(BaseSettings):
    """`DB_DSN` (empty: the embedded PostgreSQL), `DB_OWNER_DSN` for migrations, pool sizes."""

    model_config = _config("DB_")

    dsn: Annotated[str, AfterValidator(lambda v: v and formats.postgres(v))] = ""
    owner_dsn: Annotated[str, AfterValidator(lambda v: v and formats.postgres(v))] = ""
    pool_min: int = Field(1, ge=0)
    pool_max: int = Field(8, ge=1)
    command_timeout_seconds: float = Field(30, gt=0)

    @model_validator(mode="after")
    def _pool_fits(self) -> Self:
        if self.pool_min > self.pool_max:
            raise ValueError("DB_POOL_MIN must not exceed DB_POOL_MAX")
        return self


class SecuritySettings(BaseSettings):
    """Tokens, passwords, signatures.

    `HMAC_PRODUCER_ENABLED` and `HMAC_DEVICE_REQUIRED` are for development: false believes a known id
    that comes with no signature at all.
    """

    model_config = _config()

    jwt_issuer: str = "caerus"
    jwt_audience: str = "web"
    jwt_miniapp_audience: str = "miniapp"
    jwt_access_seconds: int = Field(900, ge=60, le=3600)
    session_days: int = Field(30, ge=1)
    session_idle_days: int = Field(14, ge=1)
    step_up_seconds: int = Field(300, ge=30)
    mfa_required_roles: Annotated[tuple[Role, ...], NoDecode, BeforeValidator(formats.roles)] = (
        "owner",
        "admin",
    )
    argon2_memory_kib: int = Field(47_104, ge=8_192)
    argon2_time_cost: int = Field(1, ge=1)
    argon2_parallelism: int = Field(1, ge=1)
    login_max_failures: int = Field(10, ge=1)
    login_lock_seconds: int = Field(900, ge=1)
    login_free_failures: int = Field(3, ge=0)
    login_max_wait_seconds: int = Field(900, ge=1)
    hmac_timestamp_skew_seconds: int = Field(300, ge=1)
    hmac_nonce_ttl_seconds: int = Field(600, ge=1)
    hmac_producer_enabled: bool = True
    hmac_device_required: bool = True

    @model_validator(mode="after")
    def _nonces_outlive_the_skew(self) -> Self:
        if self.hmac_nonce_ttl_seconds < 2 * self.hmac_timestamp_skew_seconds:
            raise ValueError("HMAC_NONCE_TTL_SECONDS must be at least twice HMAC_TIMESTAMP_SKEW_SECONDS")
        return self

    def unsigned(self) -> list[str]:
        """The switches that are off."""
        switches = {
            "HMAC_PRODUCER_ENABLED": self.hmac_producer_enabled,
            "HMAC_DEVICE_REQUIRED": self.hmac_device_required,
        }
        return [name for name, on in switches.items() if not on]


class LimitSettings(BaseSettings):
    """`RATE_LIMIT_*`: requests a minute. An address counts for those who have proven nothing."""

    model_config = _config("RATE_LIMIT_")

    ip: int = Field(60, ge=1)
    auth: int = Field(10, ge=1)
    user: int = Field(600, ge=1)
    device: int = Field(600, ge=1)
    producer: int = Field(6_000, ge=1)
    key: int = Field(600, ge=1)

    @classmethod
    def none(cls) -> Self:
        """No limit that anybody meets."""
        return cls.model_validate(dict.fromkeys(cls.model_fields, 10**7))


class AccessSettings(BaseSettings):
    """Addresses: whose `X-Forwarded-For` is believed, who is never limited, who is not let in."""

    model_config = _config()

    trusted_proxies: Networks = ""
    ip_allowlist: Networks = ""
    ip_blocklist: Networks = ""
    cors_web_origins: str = ""
    cors_miniapp_origins: str = ""


class MailSettings(BaseSettings):
    """`MAIL_*`. Without `SMTP_URL` (a secret) letters are put into `CAERUS_HOME/mail` to be read there."""

    model_config = _config("MAIL_")

    sender: str = Field("Caerus <no-reply@caerus.example>", validation_alias="MAIL_FROM")
    links: str = Field("", validation_alias="PUBLIC_URL")
    token_minutes: int = Field(60, ge=5, validation_alias="MAIL_TOKEN_MINUTES")


class ServeSettings(BaseSettings):
    """Where the hub listens. `OPS_PORT` serves a process's /metrics and /health and is never public; 0 is off.
    Sockets are counted in each process; the unproven ones of an address have not said who they are.
    """

    model_config = _config()

    host: str = Field("127.0.0.1", validation_alias="HUB_HOST")
    port: int = Field(8000, ge=0, le=65_535, validation_alias="HUB_PORT")
    ops_port: int = Field(8001, ge=0, le=65_535, validation_alias="OPS_PORT")
    shutdown_seconds: int = Field(5, ge=1, validation_alias="HUB_SHUTDOWN_SECONDS")
    body_seconds: float = Field(15, gt=0, validation_alias="HUB_BODY_SECONDS")
    header_seconds: float = Field(10, gt=0, validation_alias="HUB_HEADER_SECONDS")
    header_bytes: int = Field(16_384, ge=1_024, validation_alias="HUB_HEADER_BYTES")
    sockets_per_person: int = Field(50, ge=1, validation_alias="HUB_SOCKETS_PER_PERSON")
    sockets_unproven: int = Field(200, ge=1, validation_alias="HUB_SOCKETS_UNPROVEN")

    @classmethod
    def throw_away(cls, port: int, ops_port: int) -> Self:
        sockets = dict.fromkeys(("HUB_SOCKETS_PER_PERSON", "HUB_SOCKETS_UNPROVEN"), 10**7)
        return cls.model_validate({"HUB_PORT": port, "OPS_PORT": ops_port} | sockets)


class TelemetrySettings(BaseSettings):
    """`OTEL_EXPORTER_OTLP_ENDPOINT` (empty: no traces), `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER_ARG`: the
    share of traces to keep. Headers for the collector (`OTEL_EXPORTER_OTLP_HEADERS`) are read by its exporter.
    """

    model_config = _config("OTEL_")

    exporter_otlp_endpoint: Annotated[str, AfterValidator(lambda v: v and formats.http(v))] = ""
    service_name: str = Field("caerus", min_length=1)
    traces_sampler_arg: float = Field(1.0, ge=0, le=1)


class ClientSettings(BaseSettings):
    """For processes that call a hub: `API_BASE`, `PRODUCER_ID`, `DEVICE_ID`. Their keys are secrets."""

    model_config = _config()

    api_base: str = "http://127.0.0.1:8000"
    producer_id: str = ""
    device_id: str = ""


class TradingSettings(BaseSettings):
    """`DEFAULT_MARKET_TZ`, `TRADING_BLOCKLIST_WINDOWS`, and when a trader tries to deliver again.

    The zone is that of calendars which name none. After `MAX_RETRIES` somebody is told; trying goes on.
    """

    model_config = _config()

    market_tz: Annotated[str, AfterValidator(formats.zone)] = Field(
        DEFAULT_MARKET_TZ, validation_alias="DEFAULT_MARKET_TZ"
    )
    blocklist_windows: Annotated[str, AfterValidator(formats.windows)] = Field(
        "", validation_alias="TRADING_BLOCKLIST_WINDOWS"
    )
    max_retries: int = Field(5, ge=0, validation_alias="MAX_RETRIES")
    retry_delay_seconds: float = Field(5, gt=0, le=3600, validation_alias="RETRY_DELAY_SECONDS")

    @property
    def blocked(self) -> tuple[Span, ...]:
        """Hours in which no trade is entered."""
        return spans(self.blocklist_windows)


class Settings(BaseSettings):
    """Everything, read once."""

    model_config = _config()

    app: AppSettings = Field(default_factory=lambda: AppSettings())
    db: DbSettings = Field(default_factory=lambda: DbSettings())
    redis: RedisSettings = Field(default_factory=lambda: RedisSettings())
    security: SecuritySettings = Field(default_factory=lambda: SecuritySettings())
    serve: ServeSettings = Field(default_factory=lambda: ServeSettings())
    telemetry: TelemetrySettings = Field(default_factory=lambda: TelemetrySettings())
    limits: LimitSettings = Field(default_factory=lambda: LimitSettings())
    access: AccessSettings = Field(default_factory=lambda: AccessSettings())
    mail: MailSettings = Field(default_factory=lambda: MailSettings())
    trading: TradingSettings = Field(default_factory=lambda: TradingSettings())

    @model_validator(mode="after")
    def _second_factors_are_for_real(self) -> Self:
        missing = {"owner", "admin"} - set(self.security.mfa_required_roles)
        if missing and self.app.env != "development":
            raise ValueError("MFA_REQUIRED_ROLES must hold owner and admin outside development")
        return self

    @model_validator(mode="after")
    def _signatures_are_optional_in_development_alone(self) -> Self:
        if self.app.env != "development" and (off := self.security.unsigned()):
            wanted = " and ".join(f"{name}=true" for name in off)
            raise ValueError(f"APP_ENV={self.app.env} needs {wanted}: there every call is signed")
        return self

    @classmethod
    def throw_away(cls, home: Path, port: int, ops_port: int) -> Self:
        """A hub of its own below `home`, whatever the environment says of addresses."""
        level = AppSettings().log_level
        return cls(
            app=AppSettings(CAERUS_HOME=home, APP_LOG_LEVEL="WARNING" if level == "INFO" else level),
            db=DbSettings(dsn="", owner_dsn=""),
            redis=RedisSettings(url="", bus_url="", bus_shards=None),
            serve=ServeSettings.throw_away(port, ops_port),
            limits=LimitSettings.none(),
        )

    def demo(self) -> Self:
        """On one's own machine the owner signs in by password alone, unless the environment says otherwise."""
        if "mfa_required_roles" in self.security.model_fields_set:
            return self
        security = self.security.model_copy(update={"mfa_required_roles": ()})
        return self.model_copy(update={"security": security})

    def summary(self) -> dict[str, object]:
        """What was resolved, fit to be logged."""
        shown = self.model_dump(mode="json")
        shown["db"] |= {"dsn": formats.redact(self.db.dsn), "owner_dsn": formats.redact(self.db.owner_dsn)}
        shown["redis"] |= self.redis.redacted()
        shown["telemetry"]["exporter_otlp_endpoint"] = formats.redact(self.telemetry.exporter_otlp_endpoint)
        return shown
