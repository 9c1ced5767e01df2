"""Preflight: what a terminal says of its account and symbols, what is found wrong, and the certificate.

Amounts in account currency, volumes in lots, times in UTC.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct, convert

from hub.trading.accounts.looks import Currency, Moment, Symbol
from hub.trading.accounts.models import Kind, Login, Mode, Server

Filling = Literal["fok", "ioc", "return", "boc"]
TradeMode = Literal["disabled", "long_only", "short_only", "close_only", "full"]
Severity = Literal["block", "warn"]
"""`block` keeps the certificate away, of one instrument or (account findings) of all; `warn` does not."""
Reason = Literal[
    "algo_off",
    "trade_off",
    "clock_skew",
    "netting",
    "leverage_unknown",
    "missing",
    "ambiguous",
    "unmapped",
    "contract_size",
    "digits",
    "profit_currency",
    "tick_size",
    "tick_value",
    "volume_min",
    "volume_step",
    "volume_max",
    "stops_level",
    "filling",
    "trade_mode",
]
Gap = Literal["not_reported", "failed", "lapsed", "other_terminal", "changed", "instrument"]
"""Why an account has no certificate for a trade."""
Ended = Literal["superseded", "failed", "lapsed"]


class PreflightSymbolIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One symbol as the broker calls and describes it. `stops_level` in its own points (10^-digits);
    `tick_value` of one lot and tick.
    """

    name: Symbol
    contract_size: Decimal
    digits: Annotated[int, Meta(ge=0, le=15)]
    tick_size: Decimal
    tick_value: Decimal
    volume_min: Decimal
    volume_step: Decimal
    volume_max: Decimal
    stops_level: Annotated[int, Meta(ge=0, le=10_000_000)]
    filling: Annotated[list[Filling], Meta(max_length=4)]
    trade_mode: TradeMode
    profit_currency: Currency


class PreflightIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`seq` grows with every report of a terminal. `time` is its clock; `skew_ms` how far it has put that right
    itself. Of symbols, those it would trade: one for each instrument.
    """

    seq: Annotated[int, Meta(ge=0, le=2**62)]
    time: Moment
    server: Server
    login: Login
    currency: Currency
    mode: Mode
    kind: Kind
    leverage: Annotated[int, Meta(ge=0, le=100_000)]
    trade_allowed: bool
    algo_allowed: bool
    symbols: Annotated[list[PreflightSymbolIn], Meta(max_length=200)]
    connected: bool = True
    skew_ms: Annotated[int, Meta(ge=-(2**31), le=2**31)] = 0


class PreflightFinding(Struct, frozen=True):
    """Something that is not as strategies need it, the figures it was found from, and what to mend."""

    reason: Reason
    severity: Severity
    instrument: str | None
    symbol: str | None
    figures: dict[str, int | str]
    mend: str


class Certificate(Struct, frozen=True):
    """Proof that a terminal's account passed. `hash` is SHA-256 (hex) of `content` as JSON with sorted keys."""

    id: UUID
    account_id: UUID
    version: int
    instruments: dict[str, str]
    content: dict[str, Any]
    hash: str
    issued_at: datetime
    confirmed_at: datetime
    valid_until: datetime


class Preflight(Struct, frozen=True):
    """The newest report of an account in what was found, and its certificate. `gap`: why a live order would be
    refused, whatever its instrument.
    """

    account_id: UUID
    reported_at: datetime | None
    findings: list[PreflightFinding]
    certificate: Certificate | None
    gap: Gap | None


class CertificateChanged(Struct, frozen=True):
    """The event: a certificate was issued or lost, or a demo account traded without one (`because` says why)."""

    account_id: UUID
    version: int | None
    instruments: dict[str, str]
    because: Ended | Gap | None
    valid_until: datetime | None


class Stored(Struct, frozen=True):
    """A certificate as it is stored. It is never changed but for how long it holds and why it ended."""

    id: UUID
    account_id: UUID
    user_id: UUID
    device_id: UUID
    version: int
    content: dict[str, Any]
    hash: bytes
    issued_at: datetime
    confirmed_at: datetime
    valid_until: datetime

    @property
    def instruments(self) -> dict[str, str]:
        """Our instrument to the broker's symbol."""
        return {name: terms["symbol"] for name, terms in self.content["instruments"].items()}

    def shown(self) -> Certificate:
        return Certificate(
            self.id,
            self.account_id,
            self.version,
            self.instruments,
            self.content,
            self.hash.hex(),
            self.issued_at,
            self.confirmed_at,
            self.valid_until,
        )


class Reported(Struct, frozen=True):
    """The newest report of an account."""

    device_id: UUID
    seq: int
    findings: dict[str, Any]
    received_at: datetime

    @property
    def found(self) -> list[PreflightFinding]:
        return convert(self.findings["items"], list[PreflightFinding])


class Flown(Struct, frozen=True):
    """A verified account as it stands now: what a certificate must still be true of."""

    account_id: UUID
    device_id: UUID | None
    currency: str | None
    mode: Mode | None
    kind: Kind | None
    reported_at: datetime | None
    looked_at: datetime | None
    leverage: int | None
    trade_allowed: bool | None
    algo_allowed: bool | None

    @property
    def rehearses(self) -> bool:
        """Known to be without real money. What nobody has said is taken for real."""
        return self.kind in ("demo", "contest")
