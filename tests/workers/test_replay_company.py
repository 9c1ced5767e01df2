"""Two weeks of real gold in company: people who copy, one on paper, guards that close. Books balance, wrong ones do not."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from workers.replay import books
from workers.replay.books import AccountBooks
from workers.replay.run import replay

GOLD = Path(__file__).parents[2].parent / "shared" / "data" / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"


@pytest.mark.chaos
def test_two_weeks_of_gold_in_company_balance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPY_EARNED_APPROVALS", "3")
    out = tmp_path / "report.json"
    assert replay(
        GOLD,
        since="2022-01-01",
        until="2022-01-15",
        approve="all",
        json_out=out,
        symbol=None,
        company=True,
    )
    found: dict[str, Any] = json.loads(out.read_text())["books"]
    assert all(check["found"] == check["wanted"] for check in found["checks"])
    accounts = {each["of"]: each["figures"] for each in found["accounts"]}
    assert accounts["by hand"]["closed"] > 0
    assert accounts["copying"]["copied"] > 0
    assert accounts["copying, 1.5 % limit"]["by_command"] > 0
    assert found["paper"]["closed"] > 0 and found["paper"]["commands"] == 0


def held(**changed: int) -> AccountBooks:
    """A balance of 100.00 above the deposit, nothing open."""
    figures = dict.fromkeys(AccountBooks.__struct_fields__, 0) | {"balance": 1_010_000, "equity": 1_010_000}
    figures |= {"booked": 10_000, "realised": 10_000, "closed": 1}
    return AccountBooks(**(figures | changed | {"id": uuid4()}))  # type: ignore[arg-type]


def terminal() -> Any:
    trade = SimpleNamespace(by_expert=None)
    return SimpleNamespace(balance=10_100.0, equity=10_100.0, closed=lambda: [trade], holdings=list)


def test_books_that_agree_hold() -> None:
    assert all(check.holds for check in books.of_account("x", held(), terminal()))


@pytest.mark.parametrize(
    "wrong",
    [
        "balance",
        "equity",
        "booked",
        "realised",
        "closed",
        "open",
        "floating",
        "strangers",
        "closing",
        "by_command",
    ],
)
def test_one_minor_unit_or_trade_too_much_is_found(wrong: str) -> None:
    found = books.of_account("x", held(**{wrong: getattr(held(), wrong) + 1}), terminal())
    assert not all(check.holds for check in found)
