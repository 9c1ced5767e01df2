"""The journal: nothing forgotten, nothing repeated, a torn last line passed over, damage seen."""

import fcntl
import itertools
from itertools import islice, pairwise
from math import log2
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest

from tests.ea_sdk.asking import Pieces
from tests.ea_sdk.journals import begin, said, sent, written

FILE = "j.journal"


def life(folder: Path, *verbs: tuple[str, str], **environment: str) -> str:
    """What a process that does so finds at its end; the next process finds what this one left."""
    with Pieces(folder, **environment) as pieces:
        return pieces.line(
            " ".join(["journal", FILE, *(f"{verb} {id.encode().hex()}" for verb, id in verbs)])
        )


def test_what_one_life_wrote_the_next_one_knows(tmp_path: Path) -> None:
    assert (
        life(tmp_path, ("begin", "a"), ("begin", "b"), ("begin", "a"))
        == "begun begun no a=acting b=acting owed=0 sound"
    )
    assert life(tmp_path, ("begin", "a"), ("placed", "a")) == "no a=placed b=acting owed=1 sound"
    assert life(tmp_path, ("unknown", "b"), ("closed", "a")) == "a=closed b=unknown owed=2 sound"
    assert life(tmp_path) == "a=closed b=unknown owed=0 sound"
    assert life(tmp_path, ("repeat", "a")) == "a=closed b=unknown owed=2 sound"


def test_wherever_the_file_was_cut_what_was_whole_is_known_and_it_goes_on(tmp_path: Path) -> None:
    life(tmp_path, ("begin", "a"), ("placed", "a"), ("begin", "b"))
    whole = (tmp_path / FILE).read_bytes()
    found = set()
    # every question opens the file anew
    with Pieces(tmp_path) as pieces:
        for size in range(len(whole)):
            (tmp_path / FILE).write_bytes(whole[:size])
            first, second = (pieces.line(f"journal {FILE}{more}") for more in (f" begin {b'c'.hex()}", ""))
            assert first.startswith("begun ") and first.endswith(" sound"), (size, first)
            assert second == first.removeprefix("begun ").replace("owed=1", "owed=0"), (size, second)
            found.add(first)
    assert len(found) == 5


@pytest.mark.parametrize("where", [0.3, 0.5, 0.7])
def test_a_line_that_was_changed_in_the_middle_stops_all_opening(tmp_path: Path, where: float) -> None:
    life(tmp_path, *((verb, f"command-{n}") for n in range(20) for verb in ("begin", "placed")))
    raw = bytearray((tmp_path / FILE).read_bytes())
    raw[int(where * len(raw))] ^= 1
    (tmp_path / FILE).write_bytes(bytes(raw))
    told = life(tmp_path, ("begin", "new"))
    assert told.startswith("no ")
    assert told.endswith(" unsound")


def test_a_disk_that_is_full_lets_nothing_begin_and_what_was_said_stays_in_memory(tmp_path: Path) -> None:
    life(tmp_path, ("begin", "a"))
    told = life(tmp_path, ("placed", "a"), ("begin", "b"), SHIM_DISK_FULL_AFTER="40")
    assert told == "no a=placed owed=1 unsound"
    assert life(tmp_path, ("begin", "b")) == "begun a=acting b=acting owed=0 sound"


def test_a_second_opener_is_refused(tmp_path: Path) -> None:
    life(tmp_path, ("begin", "a"))
    with (tmp_path / FILE).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert life(tmp_path) == "refused"
    assert life(tmp_path) == "a=acting owed=0 sound"


def of_so_many(count: int) -> list[str]:
    """Ids as the hub makes them."""
    return [str(uuid5(NAMESPACE_OID, str(number))) for number in range(count)]


def falling_together(count: int) -> list[str]:
    """Ids whose hashes end in the same ten bits: all of them begin their search in one place."""
    return list(islice((id for id in map(str, itertools.count()) if fnv1a(id) % 1024 == 0), count))


def fnv1a(text: str) -> int:
    found = 2_166_136_261
    for letter in text:
        found = (found ^ ord(letter)) * 16_777_619 % 2**32
    return found


def compared(folder: Path, ids: list[str]) -> tuple[int, int]:
    """How many strings are compared to open a journal of these commands, told and sent, and then to find each."""
    lines = [record for n, id in enumerate(ids) for record in (begin(id), said(id, "closed"), sent(n))]
    (folder / FILE).write_bytes(written(lines))
    with Pieces(folder) as pieces:
        opened, found, count = map(int, pieces.line(f"compared {FILE}").split())
    assert count == len(ids)
    return opened, found


def test_the_work_of_opening_and_finding_grows_as_the_journal_does(tmp_path: Path) -> None:
    """No faster than n log n; no clock is asked."""
    sizes = (250, 500, 1_000, 2_000)
    counts = [compared(tmp_path, of_so_many(size)) for size in sizes]
    assert all(found <= 3 * size for size, (_, found) in zip(sizes, counts, strict=True))
    for each in zip(*counts, strict=True):
        steps = [count / (size * log2(size)) for size, count in zip(sizes, each, strict=True)]
        assert all(more <= 1.1 * less for less, more in pairwise(steps)), each


def test_a_search_that_goes_through_all_is_seen(tmp_path: Path) -> None:
    """The negative control: with ids that all fall together twice as many cost four times as much."""
    (_, few), (_, many) = (compared(tmp_path, falling_together(size)) for size in (200, 400))
    assert (few, many) == (200 * 201 // 2, 400 * 401 // 2)
