"""`caerus_client.stream` against the suite that the TypeScript client passes too, in both encodings."""

import pytest
from caerus_client import stream as driver
from caerus_client.frames import Position
from caerus_client.place import Place
from caerus_client.retry import RetryPolicy
from caerus_client.tokens import Keeper

from tests.client.conformance import play
from tests.client.scenarios import Scenario, scenarios

SUITE = {scenario.name: scenario for scenario in scenarios("python")}


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
@pytest.mark.parametrize("scenario", SUITE.values(), ids=SUITE.keys())
async def test_the_stream_does_what_the_scenario_says(scenario: Scenario, encoding: str) -> None:
    await play(scenario, encoding)


def test_the_suite_is_whole() -> None:
    assert len(SUITE) > 50


def past_gaps(place, event):
    if place.position is None or event.offset <= place.position.offset:
        return "skip"
    place.position = Position(place.position.epoch, event.offset)
    return "deliver"


def repeats(place, event):
    place.position = Position(place.position.epoch, event.offset)
    return "deliver"


def without_since(place, id):
    place.position, kept = None, place.position
    asked = ASK(place, id)
    place.position = kept
    return asked


def any_epoch(place, frame):
    if frame.recovered and place.position is not None:
        place.position = Position(frame.epoch, place.position.offset)
    return ANSWERED(place, frame)


async def without_current(keeper):
    return keeper.presented


ASK, ANSWERED = Place.ask, Place.answered

BROKEN = {
    "delivers past a gap": (Place, "judge", past_gaps, "nothing is delivered past a gap"),
    "delivers repeats": (Place, "judge", repeats, "duplicates are dropped"),
    "does not resume": (Place, "ask", without_since, "after a cut line (1006)"),
    "believes another epoch": (Place, "answered", any_epoch, "a recovery in another epoch"),
    "never backs off": (RetryPolicy, "pause", lambda *_: 0.25, "failed attempts are ever further apart"),
    "never gives up": (driver, "after_close", lambda _: "retry", "after 4002 it stops"),
    "hurries after 4005": (driver, "after_close", lambda _: "retry", "after 4005"),
    "never renews": (Keeper, "begin", lambda *_: None, "a token is renewed before it ends"),
    "asks though there is one": (Keeper, "_current", without_current, "a token that is in force already"),
    "keeps a refused token": (driver, "after_close", lambda _: "retry", "4001 gets a new token"),
}


@pytest.mark.parametrize(("target", "name", "fault", "scenario"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_client_fails(monkeypatch, target, name, fault, scenario) -> None:
    """The negative control: with the protection taken out, the scenario that guards it must fail."""
    (guard,) = [each for each in SUITE.values() if each.name.startswith(scenario)]
    monkeypatch.setattr(target, name, fault)
    with pytest.raises(AssertionError):
        await play(guard, "json", within=1.0)
