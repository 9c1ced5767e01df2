"""What is not proven is unknown, and what is unknown is not sent again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.workers.mt5.markets import LOGIN, Market, walk
from workers.mt5.errors import MT5Disconnected
from workers.mt5.journal import Journal
from workers.mt5.marks import mark_of, marked
from workers.mt5.models import OrderRequest
from workers.mt5.outcomes import ABSENT, Outcome
from workers.mt5.retcodes import Retcode
from workers.mt5.sender import Sender
from workers.mt5.simulated import CALM, Mood
from workers.mt5.simulated.view import View, view

BUY = OrderRequest("market", "GOLD.r", "buy", volume=Decimal("0.10"), deviation=100)
LOST, UNANSWERED, LATE = Mood(lost=1.0), Mood(no_answer=1.0), Mood(late=1.0)


@pytest.fixture(params=["hedging", "netting"])
async def market(request):
    made = Market(mode=request.param)
    for bar in walk(1, 3):
        made.step(bar)
    await made.gateway.connect(LOGIN)
    yield made
    made.gateway.close()


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "orders.db") as opened:
        yield opened


@pytest.fixture
def sender(market, journal):
    return Sender(market.gateway, journal, clock=market.clock)


def held(market):
    return market.broker.books.positions


async def test_the_same_key_is_the_same_order(market, sender):
    first = await sender.send("a", BUY)
    assert (first.state, first.volume) == ("placed", Decimal("0.10"))
    assert await sender.send("a", BUY) == first
    assert len(market.broker.books.deals) == 2  # the deposit and the order
    assert await sender.outcome("b") == ABSENT


async def test_an_order_whose_answer_was_lost_is_found(market, sender):
    market.driver.mood = UNANSWERED
    assert (await sender.send("a", BUY)).state == "unknown"
    assert (await sender.send("a", BUY)).state == "unknown"
    market.driver.mood = CALM
    found = (await sender.resolve())["a"]
    assert (found.state, found.volume, [found.position]) == ("placed", Decimal("0.10"), list(held(market)))
    assert await sender.resolve() == {}
    assert (await sender.send("a", BUY)).state == "placed"
    assert len(market.broker.books.deals) == 2


async def test_absence_takes_two_looks_and_time(market, sender):
    market.driver.mood = LOST
    await sender.send("a", BUY)
    market.driver.mood = CALM
    market.clock.sleep(25)
    assert await sender.resolve() == {}  # too early to count
    market.clock.sleep(60)
    assert await sender.resolve() == {}  # the first look
    market.clock.sleep(20)
    assert await sender.resolve() == {}  # too near to the first
    assert (await sender.send("a", BUY)).state == "unknown"
    market.clock.sleep(20)
    assert await sender.resolve() == {"a": ABSENT}
    assert (await sender.send("a", BUY)).state == "placed"
    assert len(held(market)) == 1


async def test_a_look_without_a_broker_counts_for_nothing(market, sender):
    market.driver.mood = UNANSWERED
    market.driver._fall_behind()
    await sender.send("a", BUY)
    market.driver._offline, market.driver.mood = True, CALM
    for _ in range(3):
        market.clock.sleep(60)
        with pytest.raises(MT5Disconnected):
            await sender.resolve()
    assert held(market)
    await market.gateway.connect(LOGIN)
    assert (await sender.resolve())["a"].state == "placed"


async def test_a_failed_look_between_makes_the_next_a_first_one(market, sender):
    market.driver.mood = LOST
    await sender.send("a", BUY)
    market.driver.mood = CALM
    market.clock.sleep(70)
    await sender.resolve()
    market.driver._up = False
    with pytest.raises(MT5Disconnected):
        await sender.resolve()
    await market.gateway.connect(LOGIN)
    market.clock.sleep(40)
    assert await sender.resolve() == {}
    market.clock.sleep(40)
    assert await sender.resolve() == {"a": ABSENT}


async def test_a_login_between_makes_the_next_look_a_first_one(market, sender):
    """A terminal that is cut off twice may show the same old records to both looks."""
    market.driver.mood = replace(LOST, behind_seconds=20.0)
    await sender.send("a", BUY)
    market.broker.submit(
        marked(BUY, "a", 1), market.clock.now()
    )  # it did arrive, and the terminal never heard
    market.driver.mood = Mood(behind_seconds=20.0)
    market.driver._shown = stale = old_records(market)
    for _ in range(2):
        market.clock.sleep(60)
        market.driver._shown = stale
        await market.gateway.connect(LOGIN)
        market.driver._shown_until = market.clock.monotonic() + 10
        assert await sender.resolve() == {}
    assert (await sender.send("a", BUY)).state == "unknown"
    market.clock.sleep(20)
    assert (await sender.resolve())["a"].state == "placed"


async def test_looks_of_an_earlier_process_do_not_count(market, sender, journal):
    market.driver.mood = LOST
    await sender.send("a", BUY)
    market.driver.mood = CALM
    market.clock.sleep(60)
    assert await sender.resolve() == {}
    again = Sender(market.gateway, journal, clock=market.clock)
    market.clock.sleep(60)
    assert await again.resolve() == {}
    market.clock.sleep(60)
    assert await again.resolve() == {"a": ABSENT}


def old_records(market):
    """The terminal's view without what the broker has taken."""
    seen = view(market.broker)
    return View(seen.account, [], [], [], seen.deals[:1], seen.quotes)


async def test_an_order_that_arrives_late_is_found(market, sender):
    market.driver.mood = LATE
    await sender.send("a", BUY)
    market.driver.mood = CALM
    assert not held(market)
    market.clock.sleep(50)
    assert (await sender.resolve())["a"].state == "placed"
    assert len(held(market)) == 1


async def test_a_process_that_dies_while_it_sends_leaves_unknown(market, journal):
    journal.begin("a", BUY, market.clock.now())
    market.driver.send(marked(BUY, "a", 1))
    again = Sender(market.gateway, journal, clock=market.clock)
    assert (await again.send("a", BUY)).state == "unknown"
    assert (await again.resolve())["a"].state == "placed"
    assert len(market.broker.books.deals) == 2


async def test_a_requote_may_be_sent_again_and_a_refusal_may_not(market, sender):
    market.driver.mood = Mood(requote=1.0)
    outcome = await sender.send("a", BUY)
    assert (outcome.state, outcome.retcode, outcome.may_be_sent) == ("refused", Retcode.REQUOTE, True)
    market.driver.mood = CALM
    assert (await sender.send("a", BUY)).state == "placed"
    wrong = replace(BUY, volume=Decimal("0.001"))
    for _ in range(2):
        assert (await sender.send("b", wrong)).retcode == Retcode.INVALID_VOLUME
    assert len([each for each in market.broker.past if each.state == "rejected"]) == 1


async def test_an_earlier_refusal_proves_nothing_of_the_next_attempt(market, sender):
    market.driver.mood = Mood(requote=1.0)
    await sender.send("a", BUY)
    market.broker.submit(marked(BUY, "a", 1), market.clock.now(), reject=Retcode.PRICE_OFF)
    market.driver.mood = LOST
    assert (await sender.send("a", BUY)).state == "unknown"
    market.driver.mood = CALM
    assert await sender.resolve() == {}
    market.broker.submit(marked(BUY, "a", 2), market.clock.now(), reject=Retcode.PRICE_OFF)
    assert (await sender.resolve())["a"].state == "refused"


async def test_a_close_is_sent_once_too(market, sender):
    opened = await sender.send("a", BUY)
    ticket = next(iter(held(market)))
    close = OrderRequest("close", "GOLD.r", position=ticket, volume=Decimal("0.05"), deviation=100)
    market.driver.mood = UNANSWERED
    assert (await sender.send("close a", close)).state == "unknown"
    market.driver.mood = CALM
    assert (await sender.resolve())["close a"].volume == Decimal("0.05")
    assert held(market)[ticket].volume == Decimal("0.05")
    assert opened.state == "placed"


@pytest.mark.parametrize("happened", [True, False])
async def test_a_change_is_proven_by_what_it_changed(market, sender, happened):
    await sender.send("a", BUY)
    ticket, bid = next(iter(held(market))), market.broker.listings["GOLD.r"].quote.bid
    market.driver.mood = UNANSWERED if happened else LOST
    asked = OrderRequest("modify_position", "GOLD.r", position=ticket, stop=bid - 5)
    assert (await sender.send("stop a", asked)).state == "unknown"
    market.driver.mood = CALM
    found = await sender.resolve()
    assert found == ({"stop a": Outcome("placed", 0, 0, ticket)} if happened else {})
    market.clock.sleep(60)
    await sender.resolve()
    market.clock.sleep(60)
    await sender.resolve()
    assert (await sender.outcome("stop a")).state == ("placed" if happened else "absent")


async def test_a_position_somebody_opened_by_hand_is_not_ours(market, sender):
    await sender.send("a", BUY)
    ours = set(held(market))
    assert await sender.untracked() == []
    market.broker.books.positions.clear()
    by_hand = market.broker.submit(BUY, market.clock.now()).order
    assert await sender.untracked() == [by_hand] and by_hand not in ours


def test_a_mark_fits_and_survives_a_broker_that_cuts_comments():
    sent = marked(BUY, "01890a5d-ac96-774b-bcce-b302099a8057", 12)
    assert len(sent.comment) <= 31 and 0 < sent.magic < 2**63
    assert mark_of("a") == mark_of("a") != mark_of("b")


async def test_a_comment_or_a_magic_number_alone_is_proof(market, journal):
    for name, changes in (("a", {"comment": ""}), ("b", {"magic": 0})):
        journal.begin(name, BUY, market.clock.now())
        market.broker.submit(replace(marked(BUY, name, 1), **changes), market.clock.now())
    market.clock.sleep(1)
    found = await Sender(market.gateway, journal, clock=market.clock).resolve()
    assert {key: outcome.state for key, outcome in found.items()} == {"a": "placed", "b": "placed"}


async def test_a_clock_that_is_hours_off_hides_no_deal(market, journal):
    for hours in (-14, -2, 2, 14):
        key = f"{hours}"
        journal.begin(key, BUY, market.clock.now())
        market.driver.mood = Mood(clock_off=timedelta(hours=hours))
        market.broker.submit(marked(BUY, key, 1), market.clock.now())
        found = await Sender(market.gateway, journal, clock=market.clock).resolve()
        assert found[key].state == "placed"
