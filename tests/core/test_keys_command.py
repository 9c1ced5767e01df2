"""`caerus keys`, as a process: what it makes, what it shows, and what it never shows."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.core.secrets.made import random_text, rsa_key
from hub.core.security.device_keys import kdf_id_of
from hub.core.security.keyring import kid_of
from tests.core.conftest import Apart


def caerus(*args: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | {"CAERUS_HOME": str(home)} | env
    command = [sys.executable, "-m", "hub.cli", *args]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("kind", "name"), [("jwt", kid_of), ("kdf", kdf_id_of)])
def test_a_new_key_goes_to_the_terminal_or_to_a_private_file_whose_id_is_shown(
    tmp_path: Path, kind: str, name: Callable[[str], str]
) -> None:
    shown = caerus("keys", "new", kind, home=tmp_path).stdout
    assert name(shown.strip()) != name(caerus("keys", "new", kind, home=tmp_path).stdout.strip())
    path = tmp_path / "key"
    written = caerus("keys", "new", kind, "--out", str(path), home=tmp_path)
    assert written.stdout.strip() == name(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("precious")
    done = caerus("keys", "new", "jwt", "--out", str(path), home=tmp_path)
    assert (done.returncode, path.read_text()) == (1, "precious")
    assert "File exists" in done.stderr and "PRIVATE" not in done.stdout


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    assert caerus("keys", "new", "password", home=tmp_path).returncode == 2


def test_show_names_ids_and_states_and_no_private_part(tmp_path: Path) -> None:
    active, following, previous, kdf, older = rsa_key(), rsa_key(), rsa_key(), random_text(), random_text()
    done = caerus(
        "keys",
        "show",
        home=tmp_path,
        APP_ENV="staging",
        JWT_PRIVATE_KEY=active,
        JWT_NEXT_KEY=following,
        JWT_PREVIOUS_KEY=previous,
        DEVICE_KEY_KDF_SECRET=kdf,
        DEVICE_KEY_KDF_SECRET_PREVIOUS=older,
    )
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["jwt", "retired", kid_of(previous)],
        ["jwt", "next", kid_of(following)],
        ["jwt", "active", kid_of(active)],
        ["kdf", "current", kdf_id_of(kdf)],
        ["kdf", "previous", kdf_id_of(older)],
    ]
    for secret in (kdf, older, *(pem.splitlines()[3] for pem in (active, following, previous))):
        assert secret not in done.stdout + done.stderr


async def test_show_counts_who_depends_on_each_kdf_secret(apart: Apart, tmp_path: Path) -> None:
    current, previous = random_text(), random_text()
    rows = {kdf_id_of(current): 1, kdf_id_of(previous): 2, "": 1, "deadbeef": 1}
    for id, count in rows.items():
        for number in range(count):
            await apart.db.execute(
                "insert into trading.producers (id, salt, kdf_id, created_at) values ($1, '', nullif($2, ''), now())",
                f"p-{id}-{number}",
                id,
            )
    done = await asyncio.to_thread(
        caerus,
        "keys",
        "show",
        home=tmp_path,
        DB_DSN=apart.dsn,
        REDIS_URL=apart.redis_url,
        DEVICE_KEY_KDF_SECRET=current,
        DEVICE_KEY_KDF_SECRET_PREVIOUS=previous,
    )
    assert done.stdout.splitlines()[1:] == [
        f"kdf  current   {kdf_id_of(current)}  0 devices, 1 producers",
        f"kdf  previous  {kdf_id_of(previous)}  0 devices, 3 producers",
        "kdf  missing   deadbeef  0 devices, 1 producers",
    ]
