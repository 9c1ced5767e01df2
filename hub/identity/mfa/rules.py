"""Codes: which time step one belongs to, and how recovery codes are written.

RFC 6238 with what authenticator apps do: HMAC-SHA-1, steps of 30 s, six digits. A code of the step before
or after is good too, for clocks that are off and people who type slowly (RFC 6238, 5.2).
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODE_BYTES = 15

_DIGITS = re.compile(r"[0-9]{6}")
_GAPS = str.maketrans({" ": "", "-": ""})
_MISREAD = str.maketrans({"0": "o", "1": "l"})
"""Base32 has neither 0 nor 1: whoever types one read a letter wrong."""


def step_at(at: datetime) -> int:
    """The number of the time step (T in RFC 6238, with T0 = 0)."""
    return int(at.timestamp()) // STEP_SECONDS


def code_at(seed: str, step: int) -> str:
    """The code of a time step; `seed` is base32."""
    return pyotp.TOTP(seed, interval=STEP_SECONDS).generate_otp(step)


def one_time(code: str) -> str | None:
    """Six digits, however they are grouped; None when this is not a one-time code."""
    bare = code.translate(_GAPS)
    return bare if _DIGITS.fullmatch(bare) else None


def step_of(seed: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step that a code (six digits) belongs to: a near one, and later than `after`; else None."""
    present = step_at(now)
    near = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    fitting = [step for step in near if hmac.compare_digest(code_at(seed, step), code)]
    return next((step for step in fitting if step > after), None)


def uri(seed: str, account: str, issuer: str) -> str:
    """What a QR code holds (Key Uri Format of Google Authenticator)."""
    return pyotp.TOTP(seed, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def recovery_code(random: bytes) -> str:
    """Fifteen random bytes (120 bits) as six groups of four letters and digits."""
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def digest(recovery_code: str) -> bytes:
    """What is stored of a recovery code. At 120 bits a plain SHA-256 is enough (ASVS 5.0, 6.5.2)."""
    return hashlib.sha256(recovery_code.translate(_GAPS).lower().translate(_MISREAD).encode()).digest()
