"""`/api/v1/copy`."""

from hub.core import guards
from hub.core.problems import Forbidden, Invalid
from hub.core.web import Api, Call
from hub.trading.approvals.models import Consent
from hub.trading.copying import consent, service
from hub.trading.copying.models import CopyIn, CopyRiskIn, CopyStatus
from hub.trading.copying.service import ConsentOutdated, NotEntitled

api = Api("/copy", tag="copying")


@api.get("/consent", guard=guards.public)
async def get_copy_consent(call: Call) -> Consent:
    """The words in force: show them before you turn copying on."""
    return consent.current()


@api.post(
    "/enable",
    guard=guards.people(fresh=True),
    status=200,
    idempotent=True,
    raises=(ConsentOutdated, NotEntitled, Forbidden, Invalid),
)
async def enable_copying(call: Call, body: CopyIn) -> CopyStatus:
    """Have signals approved on your behalf; also after copying stopped itself, or when the words have changed."""
    return await service.enable(call.res, call.who, body, call.visitor)


@api.post("/disable", guard=guards.signed_in, status=200)
async def disable_copying(call: Call) -> CopyStatus:
    """Take your consent back. When this has answered, nothing is approved on your behalf."""
    return await service.disable(call.res, call.who, call.visitor)


@api.patch("/risk", guard=guards.signed_in, raises=(Invalid,))
async def tighten_copying(call: Call, body: CopyRiskIn) -> CopyStatus:
    """Set limits of your own for copied trades, tighter than what holds anyway."""
    return await service.tighten(call.res, call.who, body, call.visitor)


@api.get("/status", guard=guards.signed_in)
async def get_copying(call: Call) -> CopyStatus:
    """Whether copying runs, what stops it, its limits, and how far each strategy has come."""
    return await service.status(call.res, call.who)
