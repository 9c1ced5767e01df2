"""The conformance suite that both stream clients must pass, read from `clients/conformance`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

HOME = Path(__file__).parents[2] / "clients" / "conformance"
POLICY = json.loads((HOME / "policy.json").read_text())


class Scenario(Struct, frozen=True):
    """One script, its variables filled in."""

    name: str
    follow: list[str]
    token: str
    steps: list[tuple[str, Any]]


def scenarios(client: str) -> Iterator[Scenario]:
    """Every scenario this client takes part in."""
    for path in sorted((HOME / "scenarios").glob("*.json")):
        for each in json.loads(path.read_text()):
            if each.get("only", client) == client:
                yield from _expanded(each)


def _expanded(written: dict[str, Any]) -> Iterator[Scenario]:
    variable, values = next(iter(written.get("each", {"": [None]}).items()))
    steps = POLICY["preludes"].get(written.get("after"), []) + written["steps"]
    for value in values:
        filled = [next(iter(_fill(step, f"${variable}", value).items())) for step in steps]
        name = written["name"].replace(f"${variable}", str(value)) if variable else written["name"]
        yield Scenario(name, written.get("follow", ["signals"]), written.get("token", "t1"), filled)


def _fill(part: Any, variable: str, value: Any) -> Any:
    if isinstance(part, dict):
        return {key: _fill(each, variable, value) for key, each in part.items()}
    if isinstance(part, list):
        return [_fill(each, variable, value) for each in part]
    if part == variable:
        return value
    return part.replace(variable, str(value)) if isinstance(part, str) and variable != "$" else part
