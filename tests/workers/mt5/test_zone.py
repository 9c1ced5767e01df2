"""A zone is learned from what is surely new alone, and remembered no longer than it is surely so."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from hub.core.settings import AppSettings, Settings
from tests.workers.mt5.markets import market
from tests.workers.mt5.metatrader5 import FakeMetaTrader5
from tests.workers.mt5.worst import secrets
from workers.mt5.package import PackageDriver
from workers.mt5.run import _desk
from workers.mt5.settings import Mt5Settings
from workers.mt5.zone import Zone

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TWO, THREE = timedelta(hours=2), timedelta(hours=3)


class Place:
    """A terminal's quotes of a broker that is `ahead`, read at our time."""

    def __init__(self, ahead=TWO, wrong=0.0):
        self.zone, self.ahead, self.wrong, self.passed = Zone(), ahead, wrong, 0.0

    def read(self, after, age, symbol="GOLD"):
        """`after` so many seconds a quote is read that is `age` seconds old."""
        self.passed += after
        true = NOW + timedelta(seconds=self.passed)
        time = (true + self.ahead - timedelta(seconds=age)).timestamp()
        self.zone.learn(symbol, time, true + timedelta(seconds=self.wrong), self.passed)
        return self.zone.offset if self.zone.known else None


def test_two_changes_in_a_row_teach_it():
    place = Place()
    assert [place.read(10, 0.2) for _ in range(3)] == [None, None, TWO]


@pytest.mark.parametrize("jump", [60, 900, 3600, 48 * 3600])
@pytest.mark.parametrize("age", [60, 1800, 3 * 3600])
def test_what_a_terminal_catches_up_with_does_not(jump, age):
    """It showed a quote of before it was switched off, and now shows the last of Friday, of every symbol."""
    place = Place()
    for symbol in ("GOLD", "EURUSD", "US500"):
        assert place.read(0, age + jump, symbol) is None
        for step in (jump // 2, 0):
            assert place.read(1, age + step, symbol) is None
        assert [place.read(10, age + 10 * n, symbol) for n in range(1, 4)] == [None] * 3


def test_one_that_comes_after_an_outage_does_not_change_it():
    """The line was down for half an hour in a daily break; the last quotes of before it come in when it is back."""
    place = Place()
    assert [place.read(10, 0.2) for _ in range(3)][-1] == TWO
    assert place.read(30 * 60, 29.9 * 60) == TWO
    assert place.read(10, 29.9 * 60) == TWO
    assert [place.read(10, 0.2) for _ in range(3)][-1] == TWO


def test_readings_that_are_far_apart_teach_nothing():
    place = Place()
    assert [place.read(301, 0.2) for _ in range(5)] == [None] * 5


def test_a_quote_that_moves_seldom_teaches_too():
    place = Place()
    for age in (0.0, 10, 20, 30, 40, 0, 10, 20, 0, 10):
        place.read(10, age)
    assert place.zone.offset == TWO


@pytest.mark.parametrize(
    ("wrong", "known"), [(-540, True), (0, True), (540, True), (-660, False), (660, False)]
)
def test_our_own_clock_may_be_some_minutes_off(wrong, known):
    place = Place(wrong=wrong)
    assert [place.read(10, 0.2) for _ in range(4)][-1] == (TWO if known else None)


@pytest.mark.parametrize("hours", [-13, 15, 26])
def test_no_such_zone(hours):
    place = Place(timedelta(hours=hours))
    assert [place.read(10, 0.2) for _ in range(4)] == [None] * 4


def kept(tmp_path, place, seconds):
    """The zone of a process that follows it for so long."""
    place.zone.keep_in(tmp_path / "zone", NOW)
    for _ in range(int(seconds / 10)):
        place.read(10, 0.2)
    assert place.zone.known
    return tmp_path / "zone"


def again(file, after):
    zone = Zone()
    zone.keep_in(file, NOW + after)
    return zone


def test_it_is_remembered_over_a_weekend_and_not_over_a_summer(tmp_path):
    file = kept(tmp_path, Place(), 600)
    zone = again(file, timedelta(days=3))
    assert (zone.known, zone.offset) == (True, TWO)
    assert not again(file, timedelta(days=5)).known
    assert not again(file, -timedelta(days=1)).known


def test_it_is_written_only_when_what_waited_for_it_is_through(tmp_path):
    """A process that dies in the first minute has shown nobody what waited; the next must wait for it too."""
    assert not kept(tmp_path, Place(), 60).exists()


def test_evidence_outdoes_what_is_remembered(tmp_path):
    """The clocks were changed on the Sunday that it was away."""
    file = kept(tmp_path, Place(), 600)
    place = Place(THREE)
    place.zone.keep_in(file, NOW + timedelta(days=2))
    assert [place.read(10, 0.2) for _ in range(3)] == [TWO, TWO, THREE]
    for _ in range(10):
        place.read(10, 0.2)
    assert again(file, timedelta(minutes=3)).offset == THREE


@pytest.mark.parametrize("text", [b"", b"{}", b"7200", b'{"offset": 99999999, "at": "2026-01-05T12:00:00Z"}'])
def test_a_damaged_file_is_none(tmp_path, text):
    (tmp_path / "zone").write_bytes(text)
    assert not again(tmp_path / "zone", timedelta(0)).known


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    place = Place()
    place.zone.keep_in(tmp_path / "gone" / "zone", NOW)
    assert [place.read(10, 0.2) for _ in range(20)][-1] == TWO


async def test_a_gateway_s_account_remembers_its_broker_s_clock(tmp_path):
    settings = Settings(app=AppSettings(CAERUS_HOME=tmp_path))
    with market() as there:
        for known in (False, True):
            driver = PackageDriver(FakeMetaTrader5(there.broker, there.clock), clock=there.clock)
            async with AsyncExitStack() as stack:
                await _desk("", settings, Mt5Settings(), secrets(), None, lambda _, made=driver: made, stack)
            assert driver._zone.known == known
            for _ in range(20):
                there.clock.sleep(10)
                now = there.clock.now()
                driver._zone.learn("GOLD.r", (now + TWO).timestamp(), now, there.clock.monotonic())
    assert len(list((tmp_path / "mt5").glob("*.zone"))) == 1
