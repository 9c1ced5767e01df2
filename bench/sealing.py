"""Sealing and opening a command of 1 KB: ours beside the cipher alone, which packs and checks nothing."""

from collections.abc import Callable
from statistics import median

from caerus_client.sealing import open_sealed, seal
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.timing import interleaved

SIZE, TIMES, ROUNDS, WANTED_US = 1_024, 2_000, 21, 60
KEY, NONCE, PLAIN = bytes(range(32)), bytes(12), bytes(SIZE)
DEVICE = "01989f3e-9a11-7222-9333-444455556666"
COMMAND = "01989f3e-9a11-7222-9333-44445555aaaa"


def ours() -> None:
    """Seals and opens."""
    sealed = seal(KEY, PLAIN, device_id=DEVICE, command_id=COMMAND, key_version=1)
    assert open_sealed(KEY, sealed, device_id=DEVICE, command_id=COMMAND) == PLAIN


def cipher() -> None:
    """The same bytes through AES-256-GCM there and back, with a key that is set up already."""
    made = CIPHER.encrypt(NONCE, PLAIN, b"associated")
    assert CIPHER.decrypt(NONCE, made, b"associated") == PLAIN


CIPHER = AESGCM(KEY)


def _many(once: Callable[[], None]) -> Callable[[], None]:
    def all_of_them() -> None:
        for _ in range(TIMES):
            once()

    return all_of_them


def run() -> list[dict[str, object]]:
    """Microseconds for both halves together, medians of interleaved rounds."""
    found = interleaved({"caerus": _many(ours), "cipher alone (peer)": _many(cipher)}, ROUNDS)
    rows: list[dict[str, object]] = []
    for name, seconds in found.items():
        us = median(seconds) / TIMES * 1e6
        wanted = ("met" if us < WANTED_US else "MISSED") if name == "caerus" else ""
        rows.append({"seal and open 1 KB": name, "us": us, f"under {WANTED_US} us": wanted})
    return rows
