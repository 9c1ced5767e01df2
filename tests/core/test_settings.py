"""Settings: defaults, overrides, refusals that name the variable, and no secret in any of it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.core.formats import redact
from hub.core.secrets import MissingSecret, Secrets
from hub.core.settings import (
    AppSettings,
    DbSettings,
    RedisSettings,
    SecuritySettings,
    Settings,
    TelemetrySettings,
)
from strategies.hours import spans

SWITCHES = ("HMAC_PRODUCER_ENABLED", "HMAC_DEVICE_REQUIRED")
PRODUCTION = {"APP_ENV": "production", "APP_VERSION": "1.0.0", "GIT_SHA": "abc"}


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the test session's own environment."""
    for name in (
        "CAERUS_HOME",
        "HUB_PORT",
        "OPS_PORT",
        "ARGON2_MEMORY_KIB",
        "APP_LOG_LEVEL",
        "HUB_SHUTDOWN_SECONDS",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_SERVICE_NAME",
        "OTEL_TRACES_SAMPLER_ARG",
        *SWITCHES,
    ):
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_are_good_for_a_laptop() -> None:
    found = Settings()
    assert (found.app.env, found.db.dsn, found.redis.url) == ("development", "", "")
    assert (found.serve.host, found.serve.port) == ("127.0.0.1", 8000)
    assert found.security.jwt_access_seconds == 900


def test_the_environment_overrides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, HUB_PORT="9000", DB_POOL_MAX="3", JWT_ACCESS_SECONDS="60", APP_LOG_LEVEL="DEBUG")
    found = Settings()
    assert (found.serve.port, found.db.pool_max, found.security.jwt_access_seconds) == (9000, 3, 60)
    assert found.app.log_level == "DEBUG"


@pytest.mark.parametrize("missing", ["APP_VERSION", "GIT_SHA"])
def test_production_does_not_start_without_saying_what_it_is(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    put(monkeypatch, **{name: value for name, value in PRODUCTION.items() if name != missing})
    with pytest.raises(ValidationError, match=missing):
        AppSettings()


def test_production_refuses_secrets_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **PRODUCTION, SECRETS_PROVIDER="dotenv")
    with pytest.raises(ValidationError, match="dotenv"):
        AppSettings()


def test_production_starts_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **PRODUCTION)
    assert AppSettings().version == "1.0.0"


@pytest.mark.parametrize(
    "dsn", ["mysql://u:hunter2@h/db", "postgresql://h", "u:hunter2@h/db", "postgresql://u:hunter2@h/"]
)
def test_a_malformed_dsn_is_refused_without_showing_its_password(
    monkeypatch: pytest.MonkeyPatch, dsn: str
) -> None:
    put(monkeypatch, DB_DSN=dsn)
    with pytest.raises(ValidationError, match="postgresql://") as refused:
        DbSettings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_the_dialects_of_a_dsn_mean_the_same(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    put(monkeypatch, DB_DSN=f"{scheme}://u:p@h:5432/db")
    assert DbSettings().dsn == "postgresql://u:p@h:5432/db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_POOL_MIN", "99"),
        ("HMAC_NONCE_TTL_SECONDS", "100"),
        ("JWT_ACCESS_SECONDS", "5"),
        ("REDIS_URL", "http://h"),
        ("REDIS_URL", "redis-cluster://h:1"),
        ("REDIS_BUS_URL", "http://h"),
        ("REDIS_BUS_URL", "redis-cluster://h"),
        ("REDIS_BUS_URL", "redis-cluster://h:1,"),
        ("REDIS_BUS_SHARDS", "4"),
    ],
)
def test_values_that_make_no_sense_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    put(monkeypatch, **{name: value})
    with pytest.raises(ValidationError):
        (DbSettings(), SecuritySettings(), RedisSettings())


def test_the_trader_s_defaults_are_the_market_s() -> None:
    found = Settings().trading
    assert (found.market_tz, found.blocked) == ("America/New_York", ())
    assert (found.max_retries, found.retry_delay_seconds) == (5, 5.0)


def test_windows_and_zone_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = "Wed 13:55-Wed 14:30; 16:55-18:00"
    put(monkeypatch, DEFAULT_MARKET_TZ="Europe/London", TRADING_BLOCKLIST_WINDOWS=windows)
    put(monkeypatch, MAX_RETRIES="0", RETRY_DELAY_SECONDS="0.5")
    found = Settings().trading
    assert (found.market_tz, found.blocked) == ("Europe/London", spans(windows))
    assert (found.max_retries, found.retry_delay_seconds) == (0, 0.5)
    assert Settings().summary()["trading"]["blocklist_windows"] == windows  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEFAULT_MARKET_TZ", "Mars/Base", "'Mars/Base' is no time zone; write an IANA name"),
        ("DEFAULT_MARKET_TZ", "America", "is no time zone"),
        ("DEFAULT_MARKET_TZ", "../etc/passwd", "is no time zone"),
        ("DEFAULT_MARKET_TZ", "", "is no time zone"),
        ("TRADING_BLOCKLIST_WINDOWS", "Fri 17:00-18:00", "not a span of hours: 'Fri 17:00-18:00'; write"),
        ("TRADING_BLOCKLIST_WINDOWS", "16:00-17:00; 0 16 * * *", "not a span of hours"),
        ("TRADING_BLOCKLIST_WINDOWS", "25:00-26:00", "no such time of day: 25:00; write"),
        ("MAX_RETRIES", "-1", "greater than or equal to 0"),
        ("RETRY_DELAY_SECONDS", "0", "greater than 0"),
        ("RETRY_DELAY_SECONDS", "4000", "less than or equal to 3600"),
    ],
)
def test_a_bad_value_of_the_trader_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    put(monkeypatch, **{name: value})
    with pytest.raises(ValidationError, match=told) as refused:
        Settings()
    assert [fault["loc"] for fault in refused.value.errors()] == [(name,)]


def test_signatures_are_required_unless_somebody_says_otherwise() -> None:
    assert Settings().security.unsigned() == []


@pytest.mark.parametrize("name", SWITCHES)
def test_development_may_do_without_a_signature(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, **{name: "false"})
    assert Settings().security.unsigned() == [name]


@pytest.mark.parametrize("env", ["staging", "production"])
@pytest.mark.parametrize("off", [SWITCHES[:1], SWITCHES[1:], SWITCHES])
def test_elsewhere_every_call_is_signed(
    monkeypatch: pytest.MonkeyPatch, env: str, off: tuple[str, ...]
) -> None:
    put(monkeypatch, **PRODUCTION | {"APP_ENV": env})
    assert Settings().app.env == env
    put(monkeypatch, **dict.fromkeys(off, "false"))
    wanted = " and ".join(f"{name}=true" for name in off)
    with pytest.raises(ValidationError, match=f"APP_ENV={env} needs {wanted}: there every call is signed"):
        Settings()


def test_the_summary_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, DB_DSN="postgresql://u:hunter2@h/db", DB_OWNER_DSN="postgresql://o:hunter2@h/db")
    put(monkeypatch, REDIS_URL="redis://:hunter2@h:6379/0", JWT_PRIVATE_KEY="hunter2")
    shown = str(Settings().summary())
    assert "hunter2" not in shown
    assert "postgresql://u:***@h/db" in shown and "redis://:***@h:6379/0" in shown


def test_traces_are_off_until_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TelemetrySettings().exporter_otlp_endpoint == ""
    put(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT="http://u:hunter2@collector:4318")
    put(monkeypatch, OTEL_SERVICE_NAME="caerus-eu", OTEL_TRACES_SAMPLER_ARG="0.05")
    found = Settings()
    assert (found.telemetry.service_name, found.telemetry.traces_sampler_arg) == ("caerus-eu", 0.05)
    assert found.telemetry.exporter_otlp_endpoint == "http://u:hunter2@collector:4318"
    assert "hunter2" not in str(found.summary())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://u:hunter2@collector:4317"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
        ("OTEL_TRACES_SAMPLER_ARG", "-0.1"),
        ("OTEL_TRACES_SAMPLER_ARG", "all"),
        ("OTEL_SERVICE_NAME", ""),
    ],
)
def test_a_collector_that_cannot_be_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    put(monkeypatch, **{name: value})
    with pytest.raises(ValidationError) as refused:
        TelemetrySettings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("password", ["p", "p@ss", "@", "a:b", "a:b@c@d"])
def test_no_part_of_a_password_is_left_by_redaction(password: str) -> None:
    assert redact(f"postgresql://u:{password}@h/db") == "postgresql://u:***@h/db"


def test_development_makes_a_secret_once_and_keeps_it_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, CAERUS_HOME=str(tmp_path))
    made = Secrets(AppSettings()).get("REDIS_PASSWORD")
    assert Secrets(AppSettings()).get("REDIS_PASSWORD") == made and len(made) >= 43
    assert (tmp_path / "secrets" / "redis_password").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_the_environment_wins_over_a_made_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(monkeypatch, CAERUS_HOME=str(tmp_path), REDIS_PASSWORD="given")
    assert Secrets(AppSettings()).get("REDIS_PASSWORD") == "given"


def test_production_makes_no_secret_and_names_the_missing_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, CAERUS_HOME=str(tmp_path), **PRODUCTION)
    with pytest.raises(MissingSecret, match="REDIS_PASSWORD"):
        Secrets(AppSettings()).get("REDIS_PASSWORD")
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("url", "shards", "expected"),
    [
        ("", None, (False, 1)),
        ("redis://h:6379/0", None, (False, 1)),
        ("redis://h:6379/0", "4", (False, 4)),
        ("redis-cluster://h:1,i:2", None, (True, 16)),
        ("rediss-cluster://u:p@h:1", "5", (True, 5)),
        ("redis-cluster://[::1]:1,[::2]:2/", "1", (True, 1)),
    ],
)
def test_the_bus_is_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, url: str, shards: str | None, expected: tuple[bool, int]
) -> None:
    put(monkeypatch, REDIS_BUS_URL=url, **({"REDIS_BUS_SHARDS": shards} if shards else {}))
    found = Settings().redis
    assert (found.clustered, found.shards) == expected


def test_the_password_of_the_bus_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, REDIS_BUS_URL="redis-cluster://u:hunter2@h:1,i:2")
    assert "hunter2" not in str(Settings().summary())
