"""The journal: nothing forgotten, nothing repeated, a torn last line passed over, damage seen."""

import fcntl
from pathlib import Path

import pytest

from tests.ea_sdk.asking import Pieces

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
