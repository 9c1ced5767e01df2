"""`caerus audit`: what a person at the server is told of the log."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.core.embedded import Endpoints
from tests.conftest import FreshDatabase
from tests.identity.console import Console, Said
from tests.identity.test_audit_heads import Days, days, signed

__all__ = ["days", "signed"]


@pytest.fixture
def caerus(servers: Endpoints, fresh_database: FreshDatabase) -> Console:
    return Console(fresh_database.app_dsn, servers.redis_url)


async def said(caerus: Console, *args: str) -> Said:
    return await asyncio.to_thread(caerus, "audit", *args)


def public(path: Path, key: rsa.RSAPublicKey) -> Path:
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.write_bytes(pem)
    return path


async def test_an_honest_log_holds(signed: Days, caerus: Console) -> None:
    done = await said(caerus, "verify")
    assert (done.status, done.out) == (0, "7 entries, the chain holds. 3 daily heads fit.\n")


async def test_a_head_is_printed_by_itself_and_fits_when_it_comes_back(
    signed: Days, caerus: Console, tmp_path: Path
) -> None:
    newest, first = await said(caerus, "head"), await said(caerus, "head", "--day", "2026-10-30")
    tokens = [row[0] for row in await signed.hub.rows("select token from identity.audit_daily order by day")]
    assert (newest.out, first.out) == (tokens[2] + "\n", tokens[0] + "\n")
    kept = tmp_path / "heads.txt"
    kept.write_text(first.out + newest.out)
    done = await said(caerus, "verify", "--published", str(kept))
    assert (done.status, done.out.splitlines()[1]) == (0, "2 published heads fit.")
    missing = await said(caerus, "head", "--day", "2026-10-29")
    assert (missing.status, missing.out, missing.err) == (1, "", "There is no head of 2026-10-29.\n")


async def test_the_first_broken_entry_is_named_and_what_follows_can_be_checked(
    days: Days, caerus: Console
) -> None:
    days.at(0)
    await days.write(5)
    await days.tamper("update identity.audit_log set action = 'test.other' where seq = 2")
    done = await said(caerus, "verify")
    assert (done.status, done.out) == (1, "")
    assert done.err == "The chain breaks at entry 2 (test.other).\n"
    done = await said(caerus, "verify", "--after", "2")
    assert (done.status, done.out) == (0, "3 entries, the chain holds. 0 daily heads fit.\n")
    await days.tamper("delete from identity.audit_log where seq = 5")
    assert (await said(caerus, "verify", "--after", "2")).err == (
        "The chain breaks at entry 5 (it is missing).\n"
    )


async def test_a_log_that_no_head_fits_is_named_by_the_first_day(signed: Days, caerus: Console) -> None:
    await signed.rewrite()
    done = await said(caerus, "verify")
    assert done.status == 1
    assert done.err == "The head of 2026-10-30 names entry 2, which has another hash now.\n"


async def test_the_keys_of_earlier_heads_are_given(signed: Days, caerus: Console, tmp_path: Path) -> None:
    own = public(tmp_path / "own.pem", signed.hub.res.tokens.publics[0])
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    wrong = public(tmp_path / "wrong.pem", other.public_key())
    assert (await said(caerus, "verify", "--key", str(wrong), "--key", str(own))).status == 0
    refused = await said(caerus, "verify", "--key", str(wrong))
    assert (refused.status, refused.err) == (1, "The head of 2026-10-30 is not signed by a known key.\n")
    (tmp_path / "no.pem").write_text("x")
    assert (
        "is not an RSA public key in PEM"
        in (await said(caerus, "verify", "--key", str(tmp_path / "no.pem"))).err
    )
