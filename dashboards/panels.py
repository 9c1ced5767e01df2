"""What a dashboard is made of."""

from typing import NamedTuple


class Panel(NamedTuple):
    """One panel; `queries` are (legend, PromQL), `warn` is where it turns red: where its alert fires."""

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    warn: float | None = None
    more_is_better: bool = False
    kind: str = "timeseries"


class Dashboard(NamedTuple):
    """A page of panels; `span` is the time it opens with."""

    uid: str
    title: str
    description: str
    span: str
    panels: tuple[Panel, ...]
