"""Files of candles as columns of text or numbers: CSV, gzipped CSV, Parquet."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from workers.source.report import BadCandles, BadRow

Names = dict[str, tuple[str, ...]]
"""Ours, and what files call them."""
NAMES: Names = {
    "time": ("time", "time_server", "date", "datetime", "timestamp"),
    "open": ("open", "bid_open"),
    "high": ("high", "bid_high"),
    "low": ("low", "bid_low"),
    "close": ("close", "bid_close"),
    "volume": ("volume", "tick_volume"),
}
OPTIONAL = frozenset({"volume"})


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by our names (`volume` may be absent); `rows` holds each one's number in the file, from 1.

    `ragged` are rows that had the wrong number of columns and are in no column; `time_name` is the
    file's name of the time column.
    """

    columns: dict[str, pa.Array]
    rows: NDArray[np.int64]
    ragged: tuple[BadRow, ...]
    time_name: str


def read_table(
    path: Path,
    mapping: dict[str, str] | None = None,
    *,
    known: Names = NAMES,
    optional: frozenset[str] = OPTIONAL,
) -> Table:
    """The columns of a file; `mapping` gives the file's name for any of ours, the rest is guessed from those `known`.

    Raises BadCandles when it is no such file, is cut off, or lacks a column that is not `optional`; FileNotFoundError.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        table, ragged = (parquet.read_table(path), []) if path.suffix == ".parquet" else _csv(path)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as wrong:
        raise BadCandles(f"{path.name} cannot be read: {wrong}") from wrong
    names = _names(path, table.column_names, mapping or {}, known, optional)
    columns = {ours: table.column(theirs).combine_chunks() for ours, theirs in names.items()}
    numbers = np.arange(1, table.num_rows + len(ragged) + 1, dtype=np.int64)
    return Table(columns, np.setdiff1d(numbers, [bad.row for bad in ragged]), tuple(ragged), names["time"])


def _csv(path: Path) -> tuple[pa.Table, list[BadRow]]:
    ragged: list[BadRow] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} columns instead of {row.expected_columns}"
        ragged.append(BadRow(row.number - 1, "broken", reason))
        return "skip"

    with pa.input_stream(str(path), compression="detect") as stream:
        raw = stream.read()
    if raw.startswith(codecs.BOM_UTF16_LE):  # as some of MetaTrader's exports are
        raw = raw.decode("utf-16").encode()
    head = raw.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].decode().rstrip("\r")
    between = "\t" if "\t" in head else ","
    names = next(csv.reader([head], delimiter=between), [])
    as_text = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
    )
    table = arrow_csv.read_csv(
        pa.BufferReader(raw),
        # one thread: only then does the reader know the number of a bad row
        read_options=arrow_csv.ReadOptions(use_threads=False),
        parse_options=arrow_csv.ParseOptions(delimiter=between, invalid_row_handler=note),
        convert_options=as_text,
    )
    return table, ragged


def _names(
    path: Path, found: list[str], mapping: dict[str, str], known: Names, optional: frozenset[str]
) -> dict[str, str]:
    guesses = {ours: [name for name in theirs if name in found] for ours, theirs in known.items()}
    names = {ours: mapping.get(ours) or (first[0] if first else "") for ours, first in guesses.items()}
    missing = [ours for ours, name in names.items() if name not in found and ours not in optional]
    if missing or set(mapping) - set(known):
        raise BadCandles(
            f"{path.name} has the columns {', '.join(found)}; none was found for {', '.join(missing) or mapping}."
            ' Name them, for instance columns={"open": "bid_open"}.'
        )
    return {ours: name for ours, name in names.items() if name in found}
