"""What the hub's answer to a producer's request means for the queued item."""

import msgspec

from caerus_client.errors import ApiProblem
from caerus_client.spool import Item, Outcome, Settlement

HOPELESS = frozenset({400, 413, 415, 422})


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt's result; `outcome` None means try again, not before `retry_after` seconds.

    `code` is the HTTP status of the answer, None when none came.
    """

    outcome: Outcome | None
    code: int | None = None
    signal_id: str | None = None
    error: str | None = None
    retry_after: float = 0.0
    answered: bool = True

    def settlement(self, item: Item) -> Settlement:
        """The verdict in the spool's terms."""
        return Settlement(id=item.id, outcome=self.outcome, signal_id=self.signal_id, error=self.error)


def path_of(item: Item) -> str | None:
    """Where an item is posted; None for a cancel whose signal never reached the hub."""
    if item.kind == "signal":
        return "/api/v1/signals"
    return None if item.signal_id is None else f"/api/v1/signals/{item.signal_id}/cancel"


def accepted(item: Item, code: int, raw: bytes) -> Verdict:
    """A 2xx answer. One that names no signal is no answer of a hub (a proxy's page), so it is tried again."""
    try:
        signal_id = msgspec.json.decode(raw, type=dict[str, object]).get("id")
    except msgspec.MsgspecError:
        signal_id = None
    if not isinstance(signal_id, str):
        return Verdict(outcome=None, code=code, error="2xx without a signal", answered=False)
    return Verdict(outcome="stored" if item.kind == "signal" else "cancelled", code=code, signal_id=signal_id)


def rejected(item: Item, problem: ApiProblem) -> Verdict:
    """An error answer: a duplicate is as good as stored, a hopeless request is parked, anything else is retried."""
    code, known = problem.status, problem.body.get("signal_id")
    error = msgspec.json.encode({"status": code, **problem.body}).decode()
    if item.kind == "signal" and code == 409 and isinstance(known, str):
        return Verdict(outcome="duplicate", code=code, signal_id=known)
    if item.kind == "cancel" and code == 409:
        return Verdict(outcome="closed", code=code, signal_id=item.signal_id, error=error)
    hopeless = HOPELESS | ({404} if item.kind == "cancel" else {409})
    if code in hopeless:
        return Verdict(outcome="refused", code=code, error=error)
    wait = problem.retry_after or 0.0
    return Verdict(outcome=None, code=code, error=error, retry_after=wait, answered=False)
