"""`caerus replay` over ten years of hourly gold, everything approved."""

import tempfile
from pathlib import Path

import msgspec

from hub.core import log
from workers.replay.run import replay

GOLD = Path(__file__).parents[2] / "shared" / "data" / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"

COLUMNS = ("bars", "setups", "stored", "acknowledged", "lost", "doubled", "seconds", "bars_per_second")


def run() -> list[dict[str, object]]:
    """One row; the report's own names. The whole report is printed by the replay itself."""
    log.setup("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        replay(GOLD, since=None, until=None, approve="all", json_out=out, symbol=None)
        report = msgspec.json.decode(out.read_bytes())
    return [{name: report[name] for name in COLUMNS}]


if __name__ == "__main__":
    for row in run():
        print(row)
