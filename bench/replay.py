"""`caerus replay` over ten years of hourly gold, everything approved."""

import tempfile
from pathlib import Path

import msgspec

from hub.core import log
from workers.replay.run import replay

GOLD = Path(__file__).parents[2] / "shared" / "data" / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"


def run() -> list[dict[str, object]]:
    """One row; the report's own names."""
    log.setup("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        replay(GOLD, since=None, until=None, approve="all", json_out=out, symbol=None)
        report = msgspec.json.decode(out.read_bytes())
    return [{name: value for name, value in report.items() if not isinstance(value, dict)}]


if __name__ == "__main__":
    for row in run():
        print(row)
