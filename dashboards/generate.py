"""Writes `grafana/api.json` and `grafana/business.json`: `python dashboards/generate.py [--check]`.

A dashboard is a table of panels; this file holds how a panel looks, `api.py` and `business.py` what is shown.
"""

import json
import sys
from pathlib import Path
from typing import Any

from api import API
from business import BUSINESS
from panels import Dashboard, Panel

HERE = Path(__file__).parent / "grafana"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
ROW = 24
SIZES = {"stat": (6, 4), "timeseries": (12, 8)}


def document(dashboard: Dashboard) -> dict[str, Any]:
    """A dashboard in Grafana's JSON model, version 39."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["caerus"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": dashboard.span, "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": placed([panel_document(panel) for panel in dashboard.panels]),
    }


def panel_document(panel: Panel) -> dict[str, Any]:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps(panel)},
                "color": {"mode": "thresholds" if panel.kind == "stat" else "palette-classic"},
                "custom": {"thresholdsStyle": {"mode": "line" if panel.warn is not None else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
            for number, (legend, expr) in enumerate(panel.queries)
        ],
    }


def steps(panel: Panel) -> list[dict[str, Any]]:
    """Green, and red from `warn` on; the other way round where more is better."""
    if panel.warn is None:
        return [{"color": "green", "value": None}]
    low, high = ("red", "green") if panel.more_is_better else ("green", "red")
    return [{"color": low, "value": None}, {"color": high, "value": panel.warn}]


def placed(panels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From left to right; a panel that does not fit begins a row."""
    x = y = height = 0
    for number, panel in enumerate(panels, start=1):
        width, tall = SIZES[panel["type"]]
        if x + width > ROW or (height and tall != height):
            x, y = 0, y + height
        panel |= {"id": number, "gridPos": {"x": x, "y": y, "w": width, "h": tall}}
        x, height = x + width, tall
    return panels


def main() -> int:
    """Write both files, or with `--check` tell which is stale."""
    stale = []
    for dashboard in (API, BUSINESS):
        path = HERE / f"{dashboard.uid.removeprefix('caerus-')}.json"
        text = json.dumps(document(dashboard), indent=1) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        print(f"{', '.join(stale)}: stale; run `python dashboards/generate.py`.", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
