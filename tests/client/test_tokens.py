"""When a token is renewed, and that nothing is spent twice."""

import asyncio
import base64
import json

import pytest
from caerus_client.tokens import ANY_AGE, RENEWED, renew_in
from caerus_client.waiting import Shared

BORN, LIFE = 1_000_000, 900


def jwt(**claims: object) -> str:
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


@pytest.mark.parametrize(
    ("age", "draw", "oldest", "seconds"),
    [
        (0, 0.0, ANY_AGE, 787.5),
        (0, 1.0, ANY_AGE, 675.0),
        (100, 0.0, ANY_AGE, 687.5),
        (800, 0.0, ANY_AGE, 0.0),
        # a clock that is off: behind, and so far ahead that every token looks old
        (-5_000, 0.0, ANY_AGE, 787.5),
        (5_000, 0.0, ANY_AGE, 0.0),
        (5_000, 0.0, RENEWED, 562.5),
        (100, 0.0, RENEWED, 687.5),
    ],
)
def test_a_token_is_renewed_an_eighth_to_a_quarter_of_its_life_before_its_end(age, draw, oldest, seconds):
    token = jwt(sub="u", iat=BORN, exp=BORN + LIFE)
    assert renew_in(token, BORN + age, lambda: draw, oldest) == seconds


@pytest.mark.parametrize(
    "token",
    ["", "t1", "a.b", "a.!.c", "a.bm8.c", jwt(sub="u"), jwt(iat=BORN, exp="soon"), jwt(iat=BORN, exp=BORN)],
)
def test_one_that_does_not_say_when_it_ends_is_left_alone(token):
    assert renew_in(token, BORN, lambda: 0.0, ANY_AGE) is None


async def test_who_asks_while_a_call_is_in_flight_gets_its_answer_or_its_failure():
    asked, answers = [], [asyncio.get_running_loop().create_future() for _ in range(2)]

    async def ask() -> str:
        asked.append(1)
        return await answers[len(asked) - 1]

    shared = Shared(ask)
    first = [asyncio.ensure_future(shared()) for _ in range(3)]
    await asyncio.sleep(0)
    first[0].cancel()
    await asyncio.gather(first[0], return_exceptions=True)
    answers[0].set_result("one")
    assert await asyncio.gather(*first[1:]) == ["one", "one"]
    answers[1].set_exception(OSError("no"))
    again = await asyncio.gather(shared(), shared(), return_exceptions=True)
    assert [type(each) for each in again] == [OSError, OSError] and len(asked) == 2
