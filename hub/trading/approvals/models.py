"""Approvals: what a person decided, and under which words."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.principal import Principal
from hub.core.web import Visitor
from hub.trading.commands.models import Bounds

Decision = Literal["approved", "rejected"]
Via = Literal["self", "deputy", "quorum", "copying"]
"""The person alone; somebody they named; so many of their organisation's approvers; the house, as they asked it to."""


class ApprovalIn(Struct, frozen=True, forbid_unknown_fields=True):
    signal_id: UUID
    decision: Decision
    consent_version: Annotated[str, Meta(min_length=1, max_length=32)]
    bounds: Bounds = Bounds()


class Approval(Struct, frozen=True):
    """A decision. It is never changed. `decided_by`: who, where it was not the person themselves; of a quorum,
    whose vote decided.
    """

    id: UUID
    signal_id: UUID
    decision: Decision
    consent_version: str
    bounds: Bounds
    created_at: datetime
    via: Via = "self"
    decided_by: UUID | None = None


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
    via: Via
    decided_by: UUID | None

    def shown(self) -> Approval:
        bounds = Bounds(self.valid_until, self.max_drift_points, self.max_spread_points)
        return Approval(
            self.id,
            self.signal_id,
            self.decision,
            self.consent_version,
            bounds,
            self.created_at,
            self.via,
            self.decided_by,
        )


class Hand(Struct, frozen=True):
    """Whose signal is decided, by whom (None: the house), and how they came to. `grant` is the deputy's."""

    person: UUID
    by: Principal | None
    visitor: Visitor
    via: Via = "self"
    grant: UUID | None = None


class Consent(Struct, frozen=True):
    """The words a person agrees to by approving."""

    version: str
    text: str
