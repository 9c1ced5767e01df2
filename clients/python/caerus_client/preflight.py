"""What a terminal is, as a device tells the hub before it trades. Sizes, ticks and volumes are decimal strings."""

from typing import Any, Literal

import msgspec


class PreflightSymbol(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol as the broker calls it. `stops_level` in its own points; `tick_value` of one lot and tick."""

    name: str
    contract_size: str
    digits: int
    tick_size: str
    tick_value: str
    volume_min: str
    volume_step: str
    volume_max: str
    stops_level: int
    filling: tuple[Literal["fok", "ioc", "return", "boc"], ...]
    trade_mode: Literal["disabled", "long_only", "short_only", "close_only", "full"]
    profit_currency: str


class PreflightReport(msgspec.Struct, frozen=True, kw_only=True):
    """`seq` as in a snapshot. `skew_ms`: how far the terminal has put its own clock right."""

    seq: int
    time: str
    server: str
    login: str
    currency: str
    mode: Literal["netting", "hedging"]
    kind: Literal["demo", "real", "contest"]
    leverage: int
    trade_allowed: bool
    algo_allowed: bool
    symbols: tuple[PreflightSymbol, ...]
    connected: bool = True
    skew_ms: int = 0


class PreflightFinding(msgspec.Struct, frozen=True):
    """`block` keeps the certificate away, of `instrument` or (without one) of the whole account."""

    reason: str
    severity: str
    instrument: str | None
    symbol: str | None
    figures: dict[str, int | str]
    mend: str


class PreflightCertificate(msgspec.Struct, frozen=True):
    """`instruments`: the hub's instrument to the broker's symbol, of those that may be traded live."""

    id: str
    account_id: str
    version: int
    instruments: dict[str, str]
    content: dict[str, Any]
    hash: str
    issued_at: str
    confirmed_at: str
    valid_until: str


class PreflightAnswer(msgspec.Struct, frozen=True):
    """What was found, and the certificate if there is one. `gap`: why a live order would be refused."""

    account_id: str
    reported_at: str | None
    findings: tuple[PreflightFinding, ...]
    certificate: PreflightCertificate | None
    gap: str | None
