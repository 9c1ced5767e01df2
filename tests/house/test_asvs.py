"""The ASVS table is whole, and each row names a test that exists."""

import ast
import re
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[2]
# Chapters 6, 7 and 9 of OWASP ASVS 5.0.0, levels 1 and 2.
WANTED = {
    *(f"6.1.{n}" for n in range(1, 4)),
    *(f"6.2.{n}" for n in range(1, 13)),
    *(f"6.3.{n}" for n in range(1, 5)),
    *(f"6.4.{n}" for n in range(1, 5)),
    *(f"6.5.{n}" for n in range(1, 6)),
    *(f"6.6.{n}" for n in range(1, 4)),
    *(f"6.8.{n}" for n in range(1, 5)),
    *(f"7.1.{n}" for n in range(1, 4)),
    *(f"7.2.{n}" for n in range(1, 5)),
    *("7.3.1", "7.3.2"),
    *(f"7.4.{n}" for n in range(1, 6)),
    *("7.5.1", "7.5.2", "7.6.1", "7.6.2"),
    *("9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "9.2.4"),
}


class Row(Struct, frozen=True):
    id: str
    level: str
    asks: str
    here: str
    shown_by: str


def rows() -> list[Row]:
    lines = (ROOT / "docs" / "asvs.md").read_text().splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)
    ]
    return [Row(*row) for row in cells]


def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_requirement_has_a_row_and_no_row_is_made_up() -> None:
    ids = [row.id for row in rows()]
    assert sorted(ids) == sorted(WANTED)


def test_every_row_says_how_we_stand_and_names_a_test_that_exists() -> None:
    for row in rows():
        assert re.match(r"(met|partly|none)\b", row.here), row
        assert row.level in ("1", "2"), row
        path, _, name = row.shown_by.partition("::")
        assert name in functions_in(path), row


def test_the_pages_that_the_table_names_exist() -> None:
    pages = {page for row in rows() for page in re.findall(r"`(docs/[\w/.-]+\.md)`", row.here)}
    assert pages >= {"docs/security.md", "docs/runbooks/lock-outs.md"}
    for page in pages:
        assert len((ROOT / page).read_text()) > 1_000, page
