"""Every endpoint under generated input: no 5xx, and only what the document says."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from workers.up.stack import Stack, throw_away

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


async def owner_token(stack: Stack) -> str:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        owner = await users.ensure(res, "owner@example.com", "generated input", "owner")
        return res.tokens.mint(owner.id, "owner", Proof(uuid7(), "web", ("pwd", "otp"), time.time()))


def test_generated_requests_are_answered_as_documented() -> None:
    with throw_away("serve", "relay") as stack:
        command = [str(Path(sys.executable).with_name("st")), "run", f"{stack.base_url}/openapi.json"]
        command += [
            "--header",
            f"Authorization: Bearer {asyncio.run(owner_token(stack))}",
            "--checks",
            CHECKS,
        ]
        command += ["--phases", "coverage,fuzzing", "-n", "40", "--generation-deterministic", "--no-color"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:]
    assert " 0 generated" not in done.stdout
