"""`MT5_ACCOUNTS`, `MT5_MAX_FAILURES`, `MT5_BACKOFF_SECONDS`, ... Credentials are secrets, and not here."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mt5Settings(BaseSettings):
    """After so many failures in a row nothing is tried for so long; twice as long after each further one.

    `accounts` names the accounts of one gateway, empty for a single one: `real, demo` reads the secrets
    `MT5_REAL_LOGIN`, `MT5_DEMO_LOGIN` and so on. `quotes` are symbols, as the broker calls them, that looks quote
    beside those of what is open; one that it does not list is left out.
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

    @property
    def names(self) -> list[str]:
        """Each once; the one without a name is ""."""
        return _each(self.accounts)

    @property
    def quoted(self) -> list[str]:
        """Each once."""
        return [name for name in _each(self.quotes) if name]


def _each(listed: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in listed.split(",")))
