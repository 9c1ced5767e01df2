"""Count what traders did. Nothing is kept for it: the decision log knows each bar once, whoever died and told it again."""

from hub.core import clock
from hub.core.resources import Resources
from hub.research.analytics import rules, store
from hub.research.analytics.models import Days, DaysQuery


async def counted(res: Resources, query: DaysQuery) -> Days:
    """Newest day first; days without an event are left out."""
    first, last = rules.days(query.since, query.until, clock.now().date())
    return Days(await store.days(res.db, first, last, query.strategy, query.symbol))
