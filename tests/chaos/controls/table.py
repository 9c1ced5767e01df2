"""Each fault with one protection removed: the model must find the breach.

`kill worker` has none: nothing that a worker does lies between a commit and a subscriber, so there is no
protection to remove; it is killed to show that nobody notices.
"""

from msgspec import Struct

from tests.chaos.stream_model import CHANGED, DOUBLED, LEAKED, LOST
from tests.chaos.subscribers import Habits


class Control(Struct, frozen=True):
    """A fault, what is taken away, and what must be found. `processes` lack it, by `controls` module; `habits`
    are the clients'; `drops`: instead of holding the hub back a slow connection loses frames; `keeps`: whether
    Redis writes to its disk.
    """

    fault: str
    finds: str
    processes: dict[str, str] = {}
    habits: Habits = Habits()
    drops: bool = False
    keeps: bool = True


def _both(control: str) -> dict[str, str]:
    return {"hub1": control, "hub2": control}


def _relays(control: str) -> dict[str, str]:
    return {"relay": control, "spare": control}


CONTROLS = {
    "a client that reconnects without its cursor, when hub1 dies": Control(
        "kill hub1", LOST, habits=Habits(resumes=False)
    ),
    "a client that reconnects without its cursor, when hub2 dies": Control(
        "kill hub2", LOST, habits=Habits(resumes=False)
    ),
    "a client that reconnects without its cursor, when it is cut": Control(
        "cut", LOST, habits=Habits(resumes=False)
    ),
    "a relay that deletes before it publishes": Control("kill relay", LOST, _relays("relay_deletes_first")),
    "a relay that numbers anew what it finds numbered": Control(
        "cut links", DOUBLED, _relays("relay_renumbers")
    ),
    "an outbox beside the transaction, when the writer dies": Control(
        "kill writer", LOST, {"writer": "writer_tells_later"}
    ),
    "an outbox beside the transaction, when PostgreSQL dies": Control(
        "kill postgres", LOST, {"writer": "writer_tells_later"}
    ),
    "a Redis without a disk, and a client that does not load": Control(
        "kill redis", LOST, habits=Habits(loads=False), keeps=False
    ),
    "a client that ignores that nothing was recovered": Control(
        "lose redis", LOST, habits=Habits(loads=False)
    ),
    "hubs and relays that do not notice that Redis forgot": Control(
        "flush redis", LOST, _both("hub_trusts_redis") | _relays("relay_trusts_redis")
    ),
    "a slow connection that loses frames instead of being closed": Control("stall", LOST, drops=True),
    "a client that goes on reading the connection it gave up": Control(
        "delay", DOUBLED, habits=Habits(lets_go=False)
    ),
    "offsets in the order of the clock": Control("clock", CHANGED, _relays("relay_orders_by_clock")),
    "a hub that begins at the end when it has slept": Control(
        "freeze hubs", LOST, _both("hub_forgets_its_place")
    ),
    "a hub that holds that the bus drops nothing": Control(
        "overtake hubs", LOST, _both("hub_trusts_the_bus")
    ),
    "a relay that numbers anew, and another that goes on meanwhile": Control(
        "freeze relay", DOUBLED, _relays("relay_renumbers")
    ),
    "a relay that numbers anew, and a Redis that has done it all the same": Control(
        "freeze redis", DOUBLED, _relays("relay_renumbers")
    ),
    "a relay that does not look what Redis lacks": Control(
        "rewind redis", LOST, _relays("relay_trusts_redis")
    ),
    "guards that always say yes": Control("cut", LEAKED, _both("hub_admits_everybody")),
}
