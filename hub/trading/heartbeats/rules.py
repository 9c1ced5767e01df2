"""Whether a trader is heard, and who may speak for it."""

from datetime import datetime, timedelta

from hub.core.alerts.queue import Alert
from hub.core.problems import invalid
from hub.trading.heartbeats.models import Heartbeat, HeartbeatIn, State
from strategies.symbols import SYMBOLS

MISSED = 3
"""So many intervals without a word are silence."""
_CLOCK_SKEW = timedelta(seconds=300)


def check(given: HeartbeatIn, now: datetime) -> None:
    """`Invalid` for an instrument nobody knows, and a bar that has not begun."""
    if given.symbol not in SYMBOLS:
        raise invalid("/symbol", f"unknown instrument; known are {', '.join(sorted(SYMBOLS))}")
    if given.bar_time and given.bar_time > now + _CLOCK_SKEW:
        raise invalid("/bar_time", "is in the future")


def silent_at(held: Heartbeat, since: datetime) -> datetime:
    """From when on it is silent. What was not heard before `since` could not be heard."""
    return max(held.seen_at, since) + timedelta(seconds=MISSED * held.interval_seconds)


def held_by_another(held: Heartbeat, given: HeartbeatIn, now: datetime) -> bool:
    """Whether another instance trades this, and was heard lately."""
    return held.instance_id != given.instance_id and not held.ended and now <= silent_at(held, held.seen_at)


def state(held: Heartbeat, now: datetime, since: datetime | None = None) -> State:
    """How a trader stands. `since` is when somebody began to listen."""
    if held.ended:
        return "ended"
    if now > silent_at(held, since or held.seen_at):
        return "silent"
    return "late" if held.late else "alive"


def news(held: Heartbeat, state: State) -> Alert | None:
    """What the owner is told when a trader that stood as `held.state` stands as `state`: each change once."""
    if state == "silent":
        return Alert("trader.silent", f"{_named(held)} was last heard at {_at(held.seen_at)}. {_LOOK}")
    if state == "late":
        bar = f"Its newest bar opened at {_at(held.bar_time)}." if held.bar_time else "It has no bar."
        return Alert("trader.late", f"{_named(held)} runs, but gets no candles. {bar} {_LOOK}")
    if held.state in ("silent", "late"):
        now = "has ended by itself" if state == "ended" else "is back"
        return Alert("trader.back", f"{_named(held)} {now}, heard at {_at(held.seen_at)}.")
    return None


_LOOK = "Look at docs/runbooks/silent-trader.md."


def _named(held: Heartbeat) -> str:
    return f"Trader {held.producer_id} ({held.symbol} {held.strategy} {held.version}) on {held.host}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
