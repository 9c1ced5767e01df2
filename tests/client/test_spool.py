"""The spool: one transaction a put, order, and kill -9."""

import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from caerus_client.durable import DurableFile
from caerus_client.spool import NewItem, Settlement, Spool, cancel, signal

WRITER = Path(__file__).with_name("spool_writer.py")


def keys(spool):
    return [(item.kind, item.key) for item in spool.pending()]


def test_items_come_out_in_the_order_they_went_in(spool):
    spool.put([signal(f"s{n}", {"n": n}) for n in range(5)])
    assert keys(spool) == [("signal", f"s{n}") for n in range(5)]
    assert [msgspec.json.decode(item.body) for item in spool.pending(2)] == [{"n": 0}, {"n": 1}]


def test_a_reopened_spool_goes_on(tmp_path):
    with Spool(tmp_path / "s.db") as first:
        (one, two) = first.put([signal("a", {}), signal("b", {})], b"bar 7")
        first.done(one, "stored", "hub-1")
        first.failed(two, "no route")
    with Spool(tmp_path / "s.db") as second:
        assert second.checkpoint() == b"bar 7"
        (left,) = second.pending()
        assert (left.key, left.attempts) == ("b", 1)
        assert second.totals() == {"stored": 1, "pending": 1}


def test_a_cancel_waits_for_its_post_and_learns_the_id(spool):
    (post, _) = spool.put([signal("a", {}), cancel("a", "New Setup")])
    assert keys(spool) == [("signal", "a")]
    spool.done(post, "duplicate", "hub-9")
    (waiting,) = spool.pending()
    assert (waiting.kind, waiting.signal_id) == ("cancel", "hub-9")
    assert msgspec.json.decode(waiting.body) == {"reason": "New Setup"}


def test_a_cancel_of_a_refused_post_has_no_id(spool):
    (post, _) = spool.put([signal("a", {}), cancel("a", "New Setup")])
    spool.done(post, "refused")
    (waiting,) = spool.pending()
    assert waiting.signal_id is None


def test_putting_twice_stores_once(spool):
    assert len(spool.put([signal("a", {"n": 1})])) == 1
    assert spool.put([signal("a", {"n": 2})], b"2") == []
    assert [msgspec.json.decode(i.body) for i in spool.pending()] == [{"n": 1}]
    assert spool.checkpoint() == b"2"


def test_a_put_that_fails_leaves_nothing(spool):
    spool.put([], b"before")
    with pytest.raises(Exception, match="CHECK"):
        spool.put([signal("a", {}), NewItem("letter", "b", b"")], b"after")
    assert keys(spool) == []
    assert spool.checkpoint() == b"before"
    assert len(spool.put([signal("c", {})])) == 1


def test_settling_many_is_one_transaction(spool):
    ids = spool.put([signal(f"s{n}", {}) for n in range(3)])
    spool.settle(
        [
            Settlement(id=ids[0], outcome="stored", signal_id="x"),
            Settlement(id=ids[1], outcome="refused", error="422"),
            Settlement(id=ids[2], outcome=None, error="503"),
        ]
    )
    assert spool.unsettled() == 1
    assert spool.unsettled(ids[:2]) == 0
    assert spool.unsettled(ids) == 1
    assert [(item.key, error) for item, error in spool.refused()] == [("s1", "422")]


def test_pruning_keeps_what_is_pending_or_refused(spool):
    ids = spool.put([signal(f"s{n}", {}) for n in range(3)])
    spool.done(ids[0], "stored", "x")
    spool.done(ids[1], "refused")
    assert spool.prune(0.0) == 0
    assert spool.prune(time.time() + 1) == 1
    assert spool.totals() == {"refused": 1, "pending": 1}


def test_the_disk_is_waited_for(spool):
    assert spool.rows("pragma synchronous") == [(2,)]
    assert spool.rows("pragma journal_mode") == [("wal",)]


def kill_while_writing(path: Path, mode: str, seed: int) -> None:
    process = subprocess.Popen([sys.executable, WRITER, path, mode], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    # the moment of death is the point of the test, so it is drawn, not waited for
    time.sleep(random.Random(seed).uniform(0.005, 0.06))
    process.kill()
    process.wait()
    process.stdout.close()


def lost_and_doubled(path: Path) -> tuple[int, int, int]:
    """(items, lost, doubled) against the checkpoint, read with plain SQL."""
    with DurableFile(path, "") as file:
        numbers = [msgspec.json.decode(body)["number"] for (body,) in file.rows("select body from items")]
        said = int(file.rows("select body from checkpoint")[0][0])
    return len(numbers), len(set(range(1, said + 1)) - set(numbers)), len(numbers) - len(set(numbers))


@pytest.mark.chaos
def test_kill_minus_nine_loses_and_doubles_nothing(tmp_path):
    path = tmp_path / "spool.db"
    for seed in range(20):
        kill_while_writing(path, "together", seed)
    items, lost, doubled = lost_and_doubled(path)
    assert items > 20
    assert (lost, doubled) == (0, 0)
    with Spool(path) as spool:
        assert spool.checkpoint() == str(items).encode()


@pytest.mark.chaos
def test_control_a_split_transaction_loses_items(tmp_path):
    path = tmp_path / "spool.db"
    lost = 0
    for seed in range(200):
        kill_while_writing(path, "split", seed)
        lost = lost_and_doubled(path)[1]
        if lost:
            break
    assert lost > 0
