"""What a certificate says, and its hash. Only what must not change unseen: tick values and clocks move by themselves."""

import hashlib
from typing import Any
from uuid import UUID

import msgspec

from hub.trading.preflight import names
from hub.trading.preflight.models import PreflightFinding, PreflightIn, PreflightSymbolIn
from hub.trading.preflight.rules import plain

RULES = 1
"""Raised when a rule gets stricter: what was certified by the old ones is not the same content any more."""


def content(report: PreflightIn, device_id: UUID, findings: list[PreflightFinding]) -> dict[str, Any] | None:
    """None when there is nothing to certify: the account is blocked, or every symbol is."""
    blocked = {found.instrument for found in findings if found.severity == "block"}
    by_name = {each.name: each for each in report.symbols}
    mapped = names.mapped(by_name).one
    instruments = {ours: _terms(by_name[name]) for ours, name in mapped.items() if ours not in blocked}
    if None in blocked or not instruments:
        return None
    return {
        "rules": RULES,
        "device_id": str(device_id),
        "server": report.server.lower(),
        "login": report.login,
        "currency": report.currency,
        "mode": report.mode,
        "kind": report.kind,
        "leverage": report.leverage,
        "instruments": instruments,
    }


def _terms(symbol: PreflightSymbolIn) -> dict[str, Any]:
    return {
        "symbol": symbol.name,
        "contract_size": plain(symbol.contract_size),
        "digits": symbol.digits,
        "tick_size": plain(symbol.tick_size),
        "volume_min": plain(symbol.volume_min),
        "volume_step": plain(symbol.volume_step),
        "volume_max": plain(symbol.volume_max),
        "stops_level": symbol.stops_level,
        "filling": sorted(set(symbol.filling)),
        "trade_mode": symbol.trade_mode,
        "profit_currency": symbol.profit_currency,
    }


def hashed(said: dict[str, Any]) -> bytes:
    """SHA-256 of the JSON with sorted keys. It holds texts and whole numbers alone, so equal content hashes alike."""
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).digest()
