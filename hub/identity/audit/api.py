"""`/api/v1/admin/audit-logs`."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.identity.audit import heads, service
from hub.identity.audit.models import HeadsPage, HeadsQuery, LogPage, LogQuery

api = Api("/admin/audit-logs", tag="audit")

_read = guards.people("owner", "admin", scope="audit:read")


@api.get(guard=_read)
async def list_audit_logs(call: Call, query: LogQuery) -> LogPage:
    """What was done, newest first."""
    return await service.listed(call.res, query)


@api.get("/heads", guard=_read)
async def list_audit_heads(call: Call, query: HeadsQuery) -> HeadsPage:
    """The signed daily heads of the log, newest first."""
    return await heads.listed(call.res, query)
