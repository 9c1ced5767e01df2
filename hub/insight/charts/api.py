"""`/api/v1/charts`."""

from starlette.responses import Response

from hub.core import guards
from hub.core.problems import NotFound, Unavailable
from hub.core.web import Api, Call
from hub.insight.charts import rules, service
from hub.insight.charts.models import CandleChartQuery, Chart, EquityChartQuery, Png, ReturnsChartQuery

api = Api("/charts", tag="charts")
PROBLEMS = (NotFound, rules.Undrawable, Unavailable)


@api.get("/candles", guard=guards.signed_in, raises=PROBLEMS)
async def get_candle_chart(call: Call, query: CandleChartQuery) -> Png:
    """The newest candles as a picture; `If-None-Match` with its ETag answers 304."""
    return await _answer(call, await service.newest(call.res, query))


@api.get("/equity", guard=guards.signed_in, raises=PROBLEMS)
async def get_equity_chart(call: Call, query: EquityChartQuery) -> Png:
    """What your account was worth, a point every five minutes, as a picture."""
    return await _answer(call, await service.equity(call.res, call.who.person, query))


@api.get("/returns", guard=guards.signed_in, raises=PROBLEMS)
async def get_returns_chart(call: Call, query: ReturnsChartQuery) -> Png:
    """How often your closed trades made or lost how much, as a picture. It says nothing of trades to come."""
    return await _answer(call, await service.returns(call.res, call.who.person, query))


async def _answer(call: Call, chart: Chart) -> Response:
    headers = {"etag": f'"{service.name(chart)}"', "cache-control": "private, no-cache"}
    if rules.matches(call.request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response((await service.render(chart)).png, headers=headers, media_type="image/png")
