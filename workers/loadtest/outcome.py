"""What a load test found."""

from msgspec import Struct

from workers.loadtest.cost import Cost
from workers.loadtest.recorder import Stage


class Server(Struct, frozen=True):
    """The hub process, where it is ours to look at."""

    cpu: float
    rss_mb: float


class Outcome(Struct, frozen=True):
    """`lost` is what somebody did not get, `doubled` what somebody got twice; `errors` are refusals by kind."""

    scenario: str
    target: str
    began: str
    seconds: float
    options: dict[str, int | float]
    expected: int
    delivered: int
    lost: int
    doubled: int
    errors: dict[str, int]
    stages: list[Stage]
    facts: dict[str, float]
    generator: Cost
    server: Server | None = None
    max_p99_ms: float | None = None

    @property
    def slow(self) -> list[Stage]:
        """Stages over the limit that was given."""
        limit = self.max_p99_ms
        return [stage for stage in self.stages if limit is not None and stage.p99 > limit]

    @property
    def warning(self) -> str:
        """What to think of the figures; empty if they are the hub's."""
        return self.generator.warning(min((stage.p99 for stage in self.stages), default=0.0))

    @property
    def faults(self) -> list[str]:
        """Why this is no success, in sentences; empty if it is one."""
        found = []
        if self.lost:
            found.append(f"{self.lost:,} of {self.expected:,} were lost.")
        if self.doubled:
            found.append(f"{self.doubled:,} came twice.")
        found += [f"{count:,} times: {what}." for what, count in self.errors.items()]
        found += [
            f"{each.name}: p99 {each.p99:,.1f} ms is over {self.max_p99_ms:g} ms." for each in self.slow
        ]
        return found
