"""`/api/v1/charts`."""

from starlette.responses import Response

from hub.core import guards
from hub.core.problems import NotFound, Unavailable
from hub.core.web import Api, Call
from hub.insight.charts import rules, service
from hub.insight.charts.models import CandleChartQuery, Png

api = Api("/charts", tag="charts")


@api.get("/candles", guard=guards.signed_in, raises=(NotFound, rules.Undrawable, Unavailable))
async def get_candle_chart(call: Call, query: CandleChartQuery) -> Png:
    """The newest candles as a picture; `If-None-Match` with its ETag answers 304."""
    chart = await service.newest(call.res, query)
    headers = {"etag": f'"{service.name(chart)}"', "cache-control": "private, no-cache"}
    if rules.matches(call.request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response((await service.render_candles(chart)).png, headers=headers, media_type="image/png")
