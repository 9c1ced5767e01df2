"""`/api/v1/analytics`."""

from hub.core import guards
from hub.core.problems import Invalid
from hub.core.web import Api, Call
from hub.research.analytics import service
from hub.research.analytics.models import Days, DaysQuery

api = Api("/analytics", tag="analytics")


@api.get("/daily", guard=guards.people("owner", "admin", scope="decisions:read"), raises=(Invalid,))
async def count_days(call: Call, query: DaysQuery) -> Days:
    """Events of each trader by the day, the newest day first."""
    return await service.counted(call.res, query)
