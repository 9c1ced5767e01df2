"""Queries of analytics: counted from the decision log and the heartbeats."""

from datetime import date

from hub.core.sql import Runs, Sql
from hub.research.analytics.models import Day

sql = Sql("analytics")


async def days(db: Runs, first: date, last: date, strategy: str | None, symbol: str | None) -> list[Day]:
    return await sql.many(db, Day, "count_days", first=first, last=last, strategy=strategy, symbol=symbol)
