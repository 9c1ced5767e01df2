"""Whether a result column may be null, by looking its name up in the tables its query reads."""

import re

from hub.core.sql import Query

Columns = dict[str, dict[str, bool]]
"""table -> column -> may it be null"""

_TABLE = re.compile(r"(left join|join|from|update|into)\s+(\w+\.\w+)(?:\s+as\s+(\w+))?")
_KNOWN_NOT_NULL = {
    ("number_events", "offset"): "the statement has just set it",
    ("numbered_events", "offset"): "the where clause says so",
    ("last_fills", "fill_price"): "the where clause says so",
}


def may_be_null(query: Query, column: str, tables: Columns) -> bool | None:
    """None: an expression, about which the tables say nothing."""
    if (query.name, column) in _KNOWN_NOT_NULL:
        return False
    source, alias = _source_of(query.text, column)
    answers: set[bool] = set()
    for join, table, name in _TABLE.findall(query.text):
        if source in tables.get(table, {}) and (alias is None or alias == (name or table.split(".")[1])):
            answers.add(tables[table][source] or join == "left join")
    return answers.pop() if len(answers) == 1 else None


def _source_of(text: str, column: str) -> tuple[str, str | None]:
    """The column's own name and the alias it is read from, as far as the text tells."""
    if renamed := re.search(rf'(?:(\w+)\.)?(\w+) as "?{column}"?', text):
        return renamed[2], renamed[1]
    if host := re.search(rf"host\((\w+)\) as {column}", text):
        return host[1], None
    qualified = {match[1] for match in re.finditer(rf"\b(\w+)\.{column}\b", _select_list(text))}
    return column, qualified.pop() if len(qualified) == 1 else None


def _select_list(text: str) -> str:
    """What comes out: after the last `returning`, or between `select` and `from`."""
    if "returning" in text:
        return text.rpartition("returning")[2]
    return text.partition("select")[2].partition("\nfrom")[0]
