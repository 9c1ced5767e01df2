"""A terminal's day with a real hub, its courier on: approve, poll, unseal, execute, acknowledge, show, rotate, revoke."""

from pathlib import Path

from tests.ea_sdk.test_hub import Desk, desk, with_courier
from tests.hubs import RunningHub, until

REFUSED = "unauthorised 401"


async def rotated(at: Desk) -> str:
    """The new secret, as it is shown."""
    answer = await at.hub.call("POST", f"/api/v1/devices/{at.device.id}/rotate", headers=at.person.bearer)
    assert answer.status == 200, answer.raw
    return str(answer.body["device_secret"])


async def keyed(at: Desk) -> tuple[int, bool]:
    """The device's newest key, and whether the one before is still good."""
    [device] = (await at.hub.call("GET", "/api/v1/devices/me", headers=at.person.bearer)).body["items"]
    return device["key_version"], device["previous_until"] is not None


async def shown(at: Desk, positions: int) -> None:
    """Until the hub shows so many."""

    async def so() -> bool:
        live = (await at.hub.call("GET", "/api/v1/positions", headers=at.person.bearer)).body
        return len(live.get("open_positions", ())) == positions

    await until(so, seconds=20)


async def since(at: Desk, mark: int, *texts: str, program: str = "reference") -> None:
    """Until the log has these texts after its first `mark` letters."""

    def so() -> bool:
        news = at.terminal.log(program)[mark:]
        return all(text in news for text in texts)

    try:
        await until(so, seconds=30)
    except TimeoutError:
        raise AssertionError(at.terminal.log(program)[mark:][-3000:]) from None


async def test_a_day_with_a_rotation_and_a_revocation(hub: RunningHub, tmp_path: Path) -> None:
    at = await desk(hub, tmp_path, EA_SnapshotSeconds="1", EA_WaitSeconds="1", EA_EquityFloor="9990")
    terminal = at.terminal
    async with with_courier(at):
        await at.approved(order_type="market", entry="1650.20")
        await at.reached("placed")
        await shown(at, 1)
        secret = await rotated(at)
        await at.approved()
        await at.reached("placed", 2)
        assert await keyed(at) == (2, True)

    # sealed for the old key and lying in the mailbox, while the EA is given the new one
    [mail] = tmp_path.glob("*.mail")
    mail.unlink()
    async with terminal.running("courier"):
        waiting = await at.approved()
        await until(lambda: mail.exists() and '"key_version":1' in mail.read_text(), seconds=20)
    async with terminal.running(EA_UseCourier="1", EA_DeviceSecret=secret):
        await terminal.says("was not executed: bad_seal")
        assert terminal.placed() == 2
        async with terminal.running("courier", EA_DeviceSecret=secret):
            assert (await at.reached("placed", 3))[0]["signal_id"] == waiting
    assert await keyed(at) == (2, False)

    # whoever comes with the old one is nobody now
    later = await at.approved()
    begun = len(terminal.log())
    async with terminal.running("courier"), terminal.running():
        await since(
            at, begun, f"poll?wait=0: {REFUSED}", "nothing is opened: waiting for the hub's first answer"
        )
        await terminal.says(f"courier: the hub did not serve: {REFUSED}", "courier")
    assert terminal.placed() == 3
    async with with_courier(at, EA_DeviceSecret=secret):
        assert (await at.reached("placed", 4))[0]["signal_id"] == later
    assert terminal.placed() == 4

    begun = len(terminal.log())
    async with with_courier(at, EA_DeviceSecret=secret, EA_SafeAfterSeconds="6"):
        await since(at, begun, "preflight warn")
        begun = len(terminal.log())
        revoked = await hub.call("POST", f"/api/v1/devices/{at.device.id}/revoke", {}, at.person.bearer)
        assert revoked.status == 200
        await at.approved()
        await since(at, begun, f"snapshot: {REFUSED}", "nothing is opened: the hub has not been heard")
        assert len(terminal.books("position")) == 1
        terminal.market(1640.0, 1640.2)
        await until(lambda: terminal.books("position") == [], seconds=20)
        await since(at, begun, "equity floor reached, closing")
    assert terminal.placed() == 4
