"""What the calls for traces cost a request while traces are off."""

import timeit
from collections.abc import Sequence
from typing import Any

from hub.core import tracing

CALLS = {
    "tracing.on()": 1,
    "tracing.trace_id()": 1,
    "tracing.current()": 2,
    "tracing.here()": 3,
    "tracing.client('postgresql', 'add_signals', None)": 8,
    "tracing.shared('batch signals', [None], None)": 3,
    "\nwith tracing.span('transaction'): pass": 1,
}
"""What a signed POST of a signal, which touches most of it, calls, and how often."""


def nanoseconds(statement: str) -> float:
    """The best of many short runs: what else the machine does only adds."""
    loops, names = 2_000, {"tracing": tracing}
    empty, found = (
        min(timeit.repeat(text, number=loops, repeat=60, globals=names)) for text in ("pass", statement)
    )
    return (found - empty) / loops * 1e9


def run() -> Sequence[dict[str, Any]]:
    assert not tracing.on()
    each = {call: nanoseconds(call) for call in CALLS}
    rows = [
        {"call": call.strip(), "times": times, "ns each": each[call], "ns together": each[call] * times}
        for call, times in CALLS.items()
    ]
    return [
        *rows,
        {
            "call": "all of a signed POST",
            "times": sum(CALLS.values()),
            "ns each": "",
            "ns together": sum(row["ns together"] for row in rows),
        },
    ]
