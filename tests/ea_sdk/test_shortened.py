"""The journal made shorter: nothing forgotten, nothing repeated, whenever it dies; with the control that must fail."""

import itertools
import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.client.fakehub import DEVICE, FakeHub
from tests.ea_sdk.asking import Pieces
from tests.ea_sdk.journals import Record, begin, once, read, said, sent, written
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, cancel, facts

FILE = "j.journal"
MOST = 5
# What is settled and old (a, b, c), and everything that is not: owed, waiting, unknown, begun, or of this month.
RECORDS = [
    *(begin("a"), said("a", "placed"), sent(0), said("a", "placed", fill_price="1.5")),
    *(begin("b"), sent(1), said("b", "refused"), sent(2), begin("c"), said("c", "failed")),
    *({"r": "never", "n": 3, "why": "no such command"}, said("a", "closed", close_price="2"), sent(4)),
    *(begin("owed", 1), said("owed", "placed"), said("owed", "closed"), sent(5)),
    *(begin("waiting", 1), said("waiting", "placed"), sent(7), begin("unknown"), said("unknown", "unknown")),
    *(begin("begun", 2), begin("late", 39), said("late", "closed"), sent(9), begin("last", 40)),
]
IDS = ("a", "b", "c", "owed", "waiting", "unknown", "begun", "late", "last")
KNOWN = (
    "no " * len(IDS) + "a=closed b=refused c=failed owed=closed waiting=placed unknown=unknown begun=acting "
    "late=closed last=acting owed=2 sound"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / FILE
    made.write_bytes(written(RECORDS))
    return made


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Pieces]:
    """Opens the file anew for each question, in a folder of its own: what it writes there is not looked at."""
    (tmp_path / "looks").mkdir()
    with Pieces(tmp_path / "looks") as pieces:
        yield pieces


def found(opened: Pieces, folder: Path, *verbs: tuple[str, str], question: str = f"journal {FILE}") -> str:
    """What the next life finds when each command comes again, and then does; the files stay as they are."""
    shutil.copytree(folder, folder / "looks", ignore=shutil.ignore_patterns("looks"), dirs_exist_ok=True)
    tried = [*(("begin", id) for id in IDS), *verbs]
    told = opened.line(" ".join([question, *(f"{verb} {id.encode().hex()}" for verb, id in tried)]))
    for left in (folder / "looks").iterdir():
        left.unlink()
    return told


def test_old_and_settled_commands_keep_their_ids_and_last_words(file: Path, opened: Pieces) -> None:
    assert found(opened, file.parent) == KNOWN
    assert once(file.parent, f"shorten {FILE} {MOST}")[0] == 0
    records = read(file)
    done = [record for record in records if record["r"] == "done"]
    assert [(each["id"], each["status"], each["plain"], each["never"]) for each in done] == [
        ("a", "closed", "", False),
        ("b", "refused", "", False),
        ("c", "failed", "", True),
    ]
    assert [record["id"] for record in records if record["r"] == "begin"] == list(IDS[3:])
    assert '"close_price": "2"' in done[0]["body"]
    assert file.stat().st_size < len(written(RECORDS))


def test_what_is_listed_again_is_told_again_by_its_last_word_alone(file: Path, opened: Pieces) -> None:
    again = [("repeat", id) for id in ("a", "b", "c", "late")]
    # three words of a, one each of b and late, and of c, which the hub had refused for good
    assert found(opened, file.parent, *again) == KNOWN.replace("owed=2", "owed=8")
    short = found(opened, file.parent, *again, question=f"shorten {FILE} {MOST}")
    assert short == KNOWN.replace("owed=2", "owed=6")


def test_a_short_journal_is_left_as_it_is_and_so_is_a_damaged_one(file: Path) -> None:
    once(file.parent, f"shorten {FILE} {len(RECORDS)}")
    assert file.read_bytes().startswith(written(RECORDS))
    damaged = bytearray(written(RECORDS))
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    assert once(file.parent, f"shorten {FILE} {MOST}")[1][-1].endswith("unsound")
    assert file.read_bytes().startswith(damaged)


def test_what_was_kept_short_does_not_count_and_stays(file: Path, opened: Pieces) -> None:
    for _ in range(3):
        once(file.parent, f"shorten {FILE} {MOST}")
        assert found(opened, file.parent) == KNOWN.replace("owed=2", "owed=0")
    # the one that owed a word is settled too by now
    done = [record["id"] for record in read(file) if record["r"] == "done"]
    assert done == ["a", "b", "c", "owed"]
    before = file.read_bytes()
    once(file.parent, f"shorten {FILE} {len(before.splitlines()) - len(done)}")
    assert file.read_bytes().startswith(before)


@pytest.mark.parametrize("question", [f"journal {FILE}", f"shorten {FILE} 0"])
def test_a_refusal_in_one_line_that_is_still_owed_stays_owed(tmp_path: Path, question: str) -> None:
    """A command that was never begun: its account was another."""
    body = json.dumps({"command_id": "other", "status": "refused"})
    facts = {"status": "refused", "filled": False, "never": False, "owed": True, "body": body}
    done = {"r": "done", "id": "other", "at": begin("other")["at"], "plain": "", **facts}
    (tmp_path / FILE).write_bytes(written([done, begin("new", 40), said("new", "closed")]))
    assert once(tmp_path, question) == (0, ["other=refused new=closed owed=2 sound"])


@pytest.mark.parametrize("silent", [{}, {"SHIM_DISK_SILENT": "1"}], ids=["told", "silent"])
def test_without_room_for_a_new_file_the_old_one_stays(
    file: Path, opened: Pieces, silent: dict[str, str]
) -> None:
    """A disk that is full may tell the writer, or lose what it took."""
    _, lines = once(file.parent, f"shorten {FILE} {MOST}", SHIM_DISK_FULL_AFTER="400", **silent)
    assert lines[0] == "caerus: the journal could not be shortened and goes on as it is"
    assert file.read_bytes().startswith(written(RECORDS))
    assert [each.name for each in file.parent.glob(f"{FILE}.*")] == []
    assert found(opened, file.parent) == KNOWN


def killed(file: Path, opened: Pieces, how: str) -> list[str]:
    """What is found after a kill at each thing that is done to a file while it is shortened."""
    told = []
    for step in itertools.count(1):
        for left in file.parent.glob(f"{FILE}*"):
            left.unlink()
        file.write_bytes(written(RECORDS))
        code, _ = once(file.parent, f"shorten {FILE} {MOST}", SHIM_DIE_AT=str(step), SHIM_MOVE=how)
        told.append(found(opened, file.parent))
        told.append(found(opened, file.parent, question=f"shorten {FILE} {MOST}"))
        if code == 0:
            return told
        assert code == -signal.SIGKILL
    raise AssertionError


@pytest.mark.chaos
@pytest.mark.parametrize("how", ["rename", "two-steps"])
def test_killed_at_any_moment_it_leaves_the_old_one_or_the_new_one(
    file: Path, opened: Pieces, how: str
) -> None:
    told = killed(file, opened, how)
    # in the end it pays what it owes, one after the other
    paid = [KNOWN.replace("owed=2", f"owed={owed}") for owed in (2, 1, 0)]
    assert [each for each, _ in itertools.groupby(told)] == paid
    assert told.count(KNOWN) > 50


@pytest.mark.chaos
def test_control_written_over_the_old_one_it_forgets(file: Path, opened: Pieces) -> None:
    told = killed(file, opened, "in-place")
    assert any("begun" in each.split() for each in told)


def test_whoever_opens_the_file_while_it_is_replaced_has_it(file: Path, opened: Pieces) -> None:
    """It must be closed for that: an EA on another chart may be quicker, and then this one does not run."""
    assert once(file.parent, f"shorten {FILE} {MOST}", SHIM_MOVE="taken") == (0, ["refused"])
    assert file.read_bytes().startswith(written(RECORDS))
    assert found(opened, file.parent) == KNOWN


WORDS = 10


def settled(id: str, first: int) -> list[Record]:
    """Of a command that ended forty days before the last one began; `first` is the number of its first word."""
    fill = {"fill_price": "1990.00", "fill_volume": "0.10", "broker_ticket": "77"}
    words = [*[said(id, "placed")] * (WORDS - 1), said(id, "closed", **fill, close_reason="manual")]
    lines = [line for n, word in enumerate(words) for line in (word, sent(first + n))]
    return [begin(id, 0, json.dumps(buy() | {"command_id": id})), *lines]


def years(count: int, closed: str, taken: str, withdrawn: str) -> list[Record]:
    """So many commands, of which `taken` took back one that never came; the last began forty days later."""
    ids = [closed, *(str(uuid4()) for _ in range(count - 1))]
    lives = [line for n, id in enumerate(ids) for line in settled(id, WORDS * n)]
    text = json.dumps(cancel(withdrawn) | {"command_id": taken})
    last = str(uuid4())
    return [
        *(
            *lives,
            begin(taken, 0, text),
            said(taken, "refused", error="there is no such order"),
            sent(WORDS * count),
        ),
        *(begin(last, 40), said(last, "closed"), sent(WORDS * count + 1)),
    ]


async def test_an_old_command_that_comes_again_is_told_again_and_not_executed(
    fake: FakeHub, terminal: Terminal
) -> None:
    """Nothing but the journal keeps it from being executed: its signal has not ended. Without it, it is."""
    closed, taken, withdrawn = (str(uuid4()) for _ in range(3))
    journal = terminal.folder / f"caerus-{DEVICE}.journal"
    journal.write_bytes(written(years(960, closed, taken, withdrawn)))
    before = journal.stat().st_size
    fake.command(buy(), closed)
    fake.command(buy(), withdrawn)
    async with terminal.running():
        await until(lambda: len(fake.acks) == 2, seconds=120)
    [end] = facts(fake, closed)
    assert (end["status"], end["fill_price"], end["close_reason"]) == ("closed", "1990.00", "manual")
    assert facts(fake, withdrawn) == [
        {"status": "refused", "error": "it was taken back before it was placed"}
    ]
    assert terminal.placed() == 0
    kinds = [record["r"] for record in read(journal)]
    assert (kinds.count("done"), len(kinds) < 980) == (961, True)
    assert journal.stat().st_size < before / 5

    journal.unlink()
    fake.command(buy(), closed)
    fake.command(buy(), withdrawn)
    async with terminal.running():
        await until(lambda: terminal.placed() == 2, seconds=20)
