"""`MT5_ACCOUNTS`, `MT5_MAX_FAILURES`, `MT5_BACKOFF_SECONDS`, ... Credentials are secrets, and not here."""

from decimal import Decimal
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mt5Settings(BaseSettings):
    """After so many failures in a row nothing is tried for so long; twice as long after each further one.

    `accounts` names the accounts of one gateway, empty for a single one: `real, demo` reads the secrets
    `MT5_REAL_LOGIN`, `MT5_DEMO_LOGIN` and so on. `quotes` are symbols, as the broker calls them, that looks quote
    beside those of what is open, and that a gateway that executes reports for preflight; one that it does not list is left
    out.

    Of accounts that execute: `hub_url` is their hub. `mode` "approval" executes what a person approved, "copy" also
    what the hub copied. Nothing is opened at a spread above `max_spread_points`, in an order of more than `max_volume`
    lots, or while the hub has not been heard for `safe_after_seconds`; 0 points or lots: no bound. `risk_percent` is of
    the balance, where the hub gives no volume. `slippage_points` is of what is opened, `close_slippage_points` of what is
    closed: to close late is worse than to close at a bad price. `symbol_map` has the broker's names of instruments: `XAUUSD=GOLD`.
    """

    model_config = SettingsConfigDict(
        env_prefix="MT5_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    accounts: str = Field("", pattern=r"^([a-z][a-z0-9]{0,15}(, ?[a-z][a-z0-9]{0,15})*)?$")
    quotes: str = Field("XAUUSD", pattern=r"^([^\s,]{1,64}(, ?[^\s,]{1,64}){0,19})?$")
    max_failures: int = Field(5, ge=1)
    backoff_seconds: float = Field(300, gt=0)
    deadline_seconds: float = Field(10, gt=0)
    settle_seconds: float = Field(60, gt=0)
    hub_url: str = ""
    mode: Literal["approval", "copy"] = "approval"
    max_spread_points: Decimal = Field(Decimal(60), ge=0)
    slippage_points: int = Field(20, ge=0, le=10_000)
    close_slippage_points: int = Field(200, ge=0, le=10_000)
    risk_percent: float = Field(1.0, gt=0, le=100)
    max_volume: Decimal = Field(Decimal(1), ge=0)
    symbol_map: str = Field(
        "", pattern=r"^([^\s,=]{1,64}=[^\s,=]{1,64}(, ?[^\s,=]{1,64}=[^\s,=]{1,64}){0,19})?$"
    )
    safe_after_seconds: float = Field(60, gt=0)

    @property
    def names(self) -> list[str]:
        """Each once; the one without a name is ""."""
        return _each(self.accounts)

    @property
    def quoted(self) -> list[str]:
        """Each once."""
        return [name for name in _each(self.quotes) if name]

    @property
    def mapped(self) -> dict[str, str]:
        """The broker's name of each instrument that has another there."""
        pairs = (each.partition("=") for each in _each(self.symbol_map) if each)
        return {ours: theirs for ours, _, theirs in pairs}


def _each(listed: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in listed.split(",")))
