"""The key ring: three states, ids that are thumbprints, and rotation that nobody notices."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hub.core.embedded import Endpoints
from hub.core.problems import Unauthenticated
from hub.core.secrets import BadSecret, Secrets
from hub.core.secrets.made import rsa_key
from hub.core.security.keyring import KeyRing, kid_of, ring_of, thumbprint
from hub.core.security.tokens import Proof, Tokens
from hub.core.settings import SecuritySettings, Settings
from tests.hubs import running_hub

A, B, C = (rsa_key() for _ in range(3))
OVERLAP = 960
T = 1_800_000_000.0


def public(pem: str) -> str:
    key = serialization.load_pem_private_key(pem.encode(), None).public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def ring(active: str, next: str | None = None, previous: str | None = None, *, now: float = T) -> KeyRing:
    made = KeyRing(OVERLAP)
    made.load(active, next, previous, now=now)
    return made


def states(of: KeyRing, now: float = T) -> dict[str, str]:
    names = {kid_of(A): "A", kid_of(B): "B", kid_of(C): "C"}
    return {names[key.kid]: key.state for key in of.at(now)}


def signed_by(of: KeyRing, *, header: dict[str, Any] | None = None) -> str:
    return Tokens(of, SecuritySettings()).mint(uuid4(), "user", Proof(uuid4(), "web", ("pwd",), 0))


def test_a_thumbprint_is_that_of_rfc_7638() -> None:
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
        "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnY"
        "b9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0"
        "Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = jwt.PyJWK({"kty": "RSA", "n": n, "e": "AQAB"}, "RS256").key
    assert thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_next_active_and_retired_verify_and_only_the_active_one_signs() -> None:
    found = ring(A, next=B, previous=C)
    assert states(found) == {"A": "active", "B": "next", "C": "retired"}
    assert found.signing[0] == jwt.get_unverified_header(signed_by(found))["kid"] == kid_of(A)
    for pem in (A, B, C):
        assert Tokens(found, SecuritySettings()).read(signed_by(ring(pem))).role == "user"


def test_a_replaced_key_verifies_for_its_overlap_and_not_longer() -> None:
    found = ring(A)
    found.load(B, None, None, now=T)
    assert states(found) == {"A": "retired", "B": "active"}
    assert found.verifying(kid_of(A), T + OVERLAP - 0.1) is not None
    assert found.verifying(kid_of(A), T + OVERLAP) is None
    assert states(found, T + OVERLAP) == {"B": "active"}
    assert found.verifying(kid_of(B), T + 10 * OVERLAP) is not None


def test_a_token_of_a_retired_key_is_refused_after_the_overlap() -> None:
    found, now = ring(A, now=time.time()), time.time()
    token, tokens = signed_by(found), Tokens(found, SecuritySettings())
    found.load(B, None, None, now=now)
    assert tokens.read(token).role == "user"
    late = ring(A, now=now - OVERLAP)
    late.load(B, None, None, now=now - OVERLAP)
    with pytest.raises(Unauthenticated):
        Tokens(late, SecuritySettings()).read(token)


def test_the_overlap_is_the_life_of_a_token_and_a_minute() -> None:
    secrets = Secrets(Settings().app)
    found = ring_of(secrets, 900)
    kid, _ = found.signing
    found.load(A, None, None, now=T)
    assert found.verifying(kid, T + 959) is not None and found.verifying(kid, T + 960) is None


def test_several_keys_may_be_retired_at_once_each_in_its_time() -> None:
    found = ring(A)
    found.load(B, None, None, now=T)
    found.load(C, None, None, now=T + 500)
    assert states(found, T + 600) == {"A": "retired", "B": "retired", "C": "active"}
    assert states(found, T + OVERLAP) == {"B": "retired", "C": "active"}
    assert states(found, T + 500 + OVERLAP) == {"C": "active"}


def test_a_rotation_may_be_taken_back() -> None:
    found = ring(A)
    found.load(B, None, None, now=T)
    found.load(A, None, None, now=T + 10)
    assert states(found, T + 10) == {"A": "active", "B": "retired"}
    assert states(found, T + 10 + OVERLAP) == {"A": "active"}


def test_a_previous_key_verifies_as_long_as_it_is_configured_and_its_overlap_runs_besides() -> None:
    found = ring(A)
    found.load(B, None, A, now=T)
    assert states(found, T + 100 * OVERLAP) == {"A": "retired", "B": "active"}
    found = ring(A)
    found.load(B, None, A, now=T)
    found.load(B, None, None, now=T + 10)
    assert states(found, T + 11) == {"A": "retired", "B": "active"}
    assert states(found, T + OVERLAP) == {"B": "active"}


@pytest.mark.parametrize("form", [A, public(A)], ids=["private", "public"])
def test_a_previous_key_may_be_private_or_public(form: str) -> None:
    assert states(ring(B, previous=form)) == {"A": "retired", "B": "active"}


def test_after_a_restart_without_a_previous_key_the_old_one_is_unknown() -> None:
    with pytest.raises(Unauthenticated):
        Tokens(ring(B), SecuritySettings()).read(signed_by(ring(A)))


def _bad() -> dict[str, str]:
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    small = rsa.generate_private_key(65_537, 1024).private_bytes(*form, plain).decode()
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(*form, plain).decode()
    locked = serialization.load_pem_private_key(A.encode(), None)
    encrypted = locked.private_bytes(*form, serialization.BestAvailableEncryption(b"x")).decode()
    return {"small": small, "curve": curve, "encrypted": encrypted, "half": A[:900], "text": "hunter2"}


BAD = _bad()


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("place", ["active", "next", "previous"])
def test_a_key_that_is_no_good_changes_nothing(place: str, kind: str) -> None:
    found = ring(A, next=B)
    given = {"active": C, "next": None, "previous": None} | {place: BAD[kind]}
    with pytest.raises(BadSecret, match=r"JWT_\w+_KEY must be an? .*RSA key of 2048 bits") as refused:
        found.load(**given, now=T)
    assert BAD[kind][:60].splitlines()[-1] not in str(refused.value)
    assert states(found) == {"A": "active", "B": "next"} and found.signing[0] == kid_of(A)


def test_the_key_set_has_the_public_parts_of_all_three_and_nothing_private() -> None:
    found = ring(A, next=B)
    found.load(C, B, None, now=T)
    keys = found.jwks(T)["keys"]
    assert {key["kid"] for key in keys} == {kid_of(A), kid_of(B), kid_of(C)}
    assert all(key.keys() == {"kty", "use", "alg", "kid", "n", "e"} for key in keys)
    assert {key["kid"] for key in found.jwks(T + OVERLAP)["keys"]} == {kid_of(B), kid_of(C)}


async def test_1000_requests_in_flight_through_rotations_are_all_let_in(
    servers: Endpoints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And the control: with no overlap some of the same requests are refused."""
    paths = {name: tmp_path / name.lower() for name in ("JWT_PRIVATE_KEY", "JWT_NEXT_KEY")}
    for name, path in paths.items():
        monkeypatch.setenv(f"{name}_FILE", str(path))
    paths["JWT_PRIVATE_KEY"].write_text(A)
    async with running_hub(Settings(), servers.dsn, servers.redis_url) as hub:
        person, ring = await hub.person(), hub.res.tokens.ring

        async def asks(token: str) -> int:
            bearer = {"authorization": f"Bearer {token}"}
            return (await hub.call("GET", "/api/v1/devices/me", headers=bearer)).status

        async def rotated(key: str) -> None:
            paths["JWT_NEXT_KEY"].write_text(key)
            await hub.res.secrets.refresh()
            paths["JWT_PRIVATE_KEY"].write_text(key)
            await hub.res.secrets.refresh()
            assert ring.signing[0] == kid_of(key)

        async def run(turns: list[str], each: int) -> list[int]:
            asking: list[asyncio.Task[int]] = []
            for key in turns:
                tokens = [hub.token(person.id, "user") for _ in range(each)]
                batch = [asyncio.create_task(asks(token)) for token in tokens]
                await asyncio.wait(batch, return_when=asyncio.FIRST_COMPLETED)
                assert not all(task.done() for task in batch)
                await rotated(key)
                asking += batch
            return await asyncio.gather(*asking)

        assert await run([B, C, A, B, C], 200) == [200] * 1_000
        ring._overlap = 0
        assert 401 in await run([A, B], 200)


async def test_the_key_set_is_public_and_another_library_verifies_with_it(
    servers: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, pem in {"JWT_PRIVATE_KEY": A, "JWT_NEXT_KEY": B, "JWT_PREVIOUS_KEY": public(C)}.items():
        monkeypatch.setenv(name, pem)
    async with running_hub(Settings(), servers.dsn, servers.redis_url) as hub:
        answer = await hub.call("GET", "/.well-known/jwks.json")
        assert answer.status == 200
        assert {key["kid"] for key in answer.body["keys"]} == {kid_of(A), kid_of(B), kid_of(C)}
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.headers["content-type"] == "application/jwk-set+json"
        client = jwt.PyJWKClient(hub.base_url + "/.well-known/jwks.json")
        for pem in (A, B, C):
            token = signed_by(ring(pem))
            key = await asyncio.to_thread(client.get_signing_key_from_jwt, token)
            assert jwt.decode(token, key, ["RS256"], audience="web")["role"] == "user"
