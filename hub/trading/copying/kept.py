"""Why a signal is not copied, and what follows from it."""

from typing import Any

import structlog

from hub.core.problems import NotFound, Problem
from hub.money.quotas.service import QuotaExceeded
from hub.trading.approvals.service import AlreadyDecided
from hub.trading.copying import rules
from hub.trading.copying.models import Reason
from hub.trading.preflight.gate import NotCertified
from hub.trading.quorum.policies import UnderPolicy
from hub.trading.risk.models import Verdict
from hub.trading.risk.service import KillSwitchOn, RiskBlocked, TradingPaused
from hub.trading.signals.service import SignalClosed

log = structlog.get_logger()


class Kept(Exception):
    """The signal is not copied. `pauses`: a limit was broken; `suspends`: the strategy has to be earned anew."""

    def __init__(
        self,
        reason: Reason,
        figures: dict[str, Any] | None = None,
        *,
        pauses: bool = False,
        suspends: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason, self.figures, self.pauses, self.suspends = reason, figures or {}, pauses, suspends


def of_problem(problem: Problem) -> Kept:
    """A refusal of the way of all approvals, as copying takes it."""
    if isinstance(problem, RiskBlocked):
        verdict = Verdict(problem.extra["outcome"], problem.extra["reason"], problem.extra["figures"])
        return Kept(verdict.reason, verdict.figures, pauses=rules.breach(verdict))
    if isinstance(problem, KillSwitchOn | TradingPaused):
        return Kept(problem.extra["reason"], problem.extra["figures"])
    if isinstance(problem, NotCertified):
        return Kept("not_certified", {"because": problem.detail})
    if isinstance(problem, UnderPolicy):
        return Kept("under_policy")
    if isinstance(problem, AlreadyDecided):
        return Kept("decided")
    if isinstance(problem, SignalClosed | NotFound):
        return Kept("closed")
    if isinstance(problem, QuotaExceeded):
        return Kept("quota", {"resets_at": problem.extra["resets_at"]})
    log.error("copying.refused", title=problem.title, detail=problem.detail)
    return Kept("refused", {"because": problem.title})
