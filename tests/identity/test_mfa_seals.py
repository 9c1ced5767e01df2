"""How a seed lies in the database."""

import base64
import os
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from hub.core.problems import Unavailable
from hub.core.resources import Resources
from hub.core.secrets import MissingSecret, Secrets
from hub.core.settings import AppSettings
from hub.identity.mfa import seals
from hub.identity.mfa.check import check
from tests.hubs import RunningHub
from tests.identity.phones import enrolled, later, password_given, verify

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def secret() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def secrets_with(
    monkeypatch: pytest.MonkeyPatch, home: Path, current: str | None, previous: str = ""
) -> Secrets:
    """Secrets as a process would have them that starts with this environment."""
    monkeypatch.setenv("CAERUS_HOME", str(home))
    for name, value in (("MFA_SEAL_SECRET", current), ("MFA_SEAL_SECRET_PREVIOUS", previous)):
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    return Secrets(AppSettings())


def test_a_seal_is_opened_by_its_person_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets, person = secrets_with(monkeypatch, tmp_path, secret()), uuid4()
    sealed = seals.seal(secrets, person, SEED)
    assert seals.opened(secrets, person, sealed) == SEED
    with pytest.raises(Unavailable):
        seals.opened(secrets, uuid4(), sealed)


def test_the_same_seed_is_never_sealed_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets, person = secrets_with(monkeypatch, tmp_path, secret()), uuid4()
    sealed = {seals.seal(secrets, person, SEED).sealed for _ in range(20)}
    assert len(sealed) == 20
    assert not any(SEED.encode() in each or base64.b32decode(SEED) in each for each in sealed)


def test_each_flipped_bit_and_each_cut_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets, person = secrets_with(monkeypatch, tmp_path, secret()), uuid4()
    whole = seals.seal(secrets, person, SEED)
    raw = whole.sealed
    flipped = [
        raw[: n // 8] + bytes([raw[n // 8] ^ 1 << n % 8]) + raw[n // 8 + 1 :] for n in range(len(raw) * 8)
    ]
    for bad in [*flipped, *(raw[:n] for n in range(len(raw))), raw + b"x"]:
        with pytest.raises(Unavailable):
            seals.opened(secrets, person, msgspec.structs.replace(whole, sealed=bad))


def test_a_rotated_secret_still_opens_what_it_sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second, third, person = secret(), secret(), secret(), uuid4()
    old = seals.seal(secrets_with(monkeypatch, tmp_path, first), person, SEED)
    rotated = secrets_with(monkeypatch, tmp_path, third, f"{second}, {first}")
    assert seals.opened(rotated, person, old) == SEED and seals.is_dated(rotated, old)
    new = seals.seal(rotated, person, SEED)
    assert new.seal_id != old.seal_id and not seals.is_dated(rotated, new)
    for without in ("", second):
        with pytest.raises(Unavailable):
            seals.opened(secrets_with(monkeypatch, tmp_path, third, without), person, old)


@pytest.mark.parametrize("text", ["short", "a" * 42, "*" * 50])
def test_a_secret_that_is_too_short_or_no_base64_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    with pytest.raises(ValueError, match="MFA_SEAL_SECRET must be 32 bytes") as refused:
        seals.seal(secrets_with(monkeypatch, tmp_path, text), uuid4(), SEED)
    assert text not in str(refused.value)


def test_development_makes_the_secret_and_production_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert seals.seal(secrets_with(monkeypatch, tmp_path, None), uuid4(), SEED).seal_id
    for name, value in {"APP_ENV": "production", "APP_VERSION": "1", "GIT_SHA": "a"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MissingSecret, match="MFA_SEAL_SECRET"):
        seals.seal(secrets_with(monkeypatch, tmp_path, None), uuid4(), SEED)


async def test_the_database_holds_neither_seed_nor_codes(hub: RunningHub) -> None:
    phone = await enrolled(hub)
    [row] = await hub.rows("select t::text from identity.totp as t where user_id = $1", phone.id)
    [raw] = await hub.rows("select sealed from identity.totp where user_id = $1", phone.id)
    assert phone.seed not in row[0] and phone.seed.encode() not in raw[0]
    assert base64.b32decode(phone.seed) not in raw[0]
    hashes = await hub.rows("select hash from identity.recovery_codes where user_id = $1", phone.id)
    assert len({row[0] for row in hashes}) == 10 and {len(row[0]) for row in hashes} == {32}
    for code in phone.recovery_codes:
        assert all(code.replace("-", "").encode() not in row[0] for row in hashes)


async def test_a_seed_put_into_another_persons_row_does_not_let_anybody_in(hub: RunningHub) -> None:
    mine, theirs = await enrolled(hub), await enrolled(hub)
    token = await password_given(hub, theirs)
    await hub.res.db.execute(
        "update identity.totp as t set sealed = m.sealed, seal_id = m.seal_id from identity.totp as m"
        " where t.user_id = $1 and m.user_id = $2",
        theirs.id,
        mine.id,
    )
    assert (await verify(hub, token, mine.code())).status == 503
    assert (await verify(hub, token, theirs.code())).status == 503
    # Recovery codes do not need the seed.
    assert (await verify(hub, token, theirs.recovery_codes[0])).status == 200


async def test_a_used_code_seals_its_seed_under_todays_secret(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    phone, old, new = await enrolled(hub), hub.res.secrets.get("MFA_SEAL_SECRET"), secret()

    def having(current: str, previous: str = "") -> Resources:
        return msgspec.structs.replace(
            hub.res, secrets=secrets_with(monkeypatch, tmp_path, current, previous)
        )

    with pytest.raises(Unavailable):
        await check(having(new), phone.id, phone.code())
    assert await check(having(new, old), phone.id, phone.code()) == "otp"
    await later(hub, phone)
    assert await check(having(new), phone.id, phone.code()) == "otp"
    await later(hub, phone)
    with pytest.raises(Unavailable):
        await check(having(old), phone.id, phone.code())
