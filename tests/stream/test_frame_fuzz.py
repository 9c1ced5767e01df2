"""Bad frames end the socket that sent them and disturb nobody else."""

import os

from tests.hubs import RunningHub
from tests.stream.frame_fuzz import ATTACKS, run


async def test_every_kind_of_bad_frame_ends_with_a_code_and_disturbs_nobody(hub: RunningHub) -> None:
    token = (await hub.person()).token
    outcome = await run(hub.base_url, token, os.getpid(), 3 * len(ATTACKS), seed=4)
    assert outcome.wrong == []
    assert {1002, 1007, 1009, 4001, 4002, 4005} <= set(outcome.codes)
    assert sum(outcome.codes.values()) == 3 * len(ATTACKS)
    assert outcome.slowest < 2
