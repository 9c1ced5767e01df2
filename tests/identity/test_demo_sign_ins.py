"""The demo's sign-ins belong to one machine."""

from pathlib import Path

from hub.core.settings import Settings
from tests.hubs import RunningHub
from workers.up import demo


async def test_the_demo_s_passwords_come_from_this_home_s_own_secret(hub: RunningHub, tmp_path: Path) -> None:
    made = await demo.prepare(hub.res, "http://x", "http://y")
    again = await demo.prepare(hub.res, "http://x", "http://y")
    assert made == again
    passwords = {made.owner.password, made.user.password}
    assert len(passwords) == 2 and all(len(password) >= 16 for password in passwords)
    seed = hub.res.secrets.get("DEMO_SEED")
    assert len(seed) == 43 and not passwords & {seed}


def test_only_the_demo_lets_an_operator_in_by_password_alone() -> None:
    assert Settings().security.mfa_required_roles == ("owner", "admin")
    assert Settings().demo().security.mfa_required_roles == ()
