"""Approvals: what a person decided, and under which words."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.trading.commands.models import Bounds

Decision = Literal["approved", "rejected"]


class ApprovalIn(Struct, frozen=True, forbid_unknown_fields=True):
    signal_id: UUID
    decision: Decision
    consent_version: Annotated[str, Meta(min_length=1, max_length=32)]
    bounds: Bounds = Bounds()


class Approval(Struct, frozen=True):
    """A decision. It is never changed."""

    id: UUID
    signal_id: UUID
    decision: Decision
    consent_version: str
    bounds: Bounds
    created_at: datetime


class Row(Struct, frozen=True):
    """An approval as it is stored."""

    id: UUID
    signal_id: UUID
    decision: Decision
    consent_version: str
    valid_until: datetime | None
    max_drift_points: int | None
    max_spread_points: int | None
    created_at: datetime

    def shown(self) -> Approval:
        bounds = Bounds(self.valid_until, self.max_drift_points, self.max_spread_points)
        return Approval(self.id, self.signal_id, self.decision, self.consent_version, bounds, self.created_at)


class Consent(Struct, frozen=True):
    """The words a person agrees to by approving."""

    version: str
    text: str
