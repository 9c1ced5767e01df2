"""Generated requests against the API document: `python -m tests.house.fuzz EXAMPLES [SEED]`, or a short run in a test.

What must hold: no 5xx, no status, media type or body that the document does not name.
"""

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

from hub.core.ids import uuid7
from hub.core.resources import open_resources
from hub.core.security.tokens import Proof
from hub.identity.users import service as users
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Passwords are hashed cheaply and failed sign-ins wait for nobody: this is not about them.
_HUB = {"ARGON2_MEMORY_KIB": "8192", "LOGIN_FREE_FAILURES": "1000000"}


class Fuzzed(Struct, frozen=True):
    """`cases` is how many requests were generated."""

    failed: bool
    cases: int
    said: str


async def _owner_token(stack: Stack) -> str:
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        owner = await users.ensure(res, "owner@example.com", "generated input", "owner")
        return res.tokens.mint(owner.id, "owner", Proof(uuid7(), "web", ("pwd", "otp"), time.time()))


def fuzz(examples: int, *more: str) -> Fuzzed:
    """A hub of its own, every operation so many times, as an owner who has just signed in."""
    with throw_away(Child("serve", ("serve",), _HUB), "relay") as stack:
        token = asyncio.run(_owner_token(stack))
        command = [str(Path(sys.executable).with_name("st")), "run", f"{stack.base_url}/openapi.json"]
        command += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--no-color"]
        command += ["--phases", "coverage,fuzzing", "-n", str(examples), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"([\d,]+) generated", done.stdout)
    cases = int(found[1].replace(",", "")) if found else 0
    return Fuzzed(done.returncode != 0, cases, done.stdout[-6000:])


if __name__ == "__main__":
    outcome = fuzz(int(sys.argv[1]), *(["--seed", sys.argv[2]] if len(sys.argv) > 2 else []))
    print(outcome.said)
    sys.exit(outcome.failed or outcome.cases == 0)
