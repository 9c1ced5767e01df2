"""Pictures on the disk: found by their key, forgotten when they are old or too many.

A folder in a world-writable place (the default is one) may be somebody else's: then nothing is read from
it and nothing written. A full disk costs time, never an answer.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

from hub.core import clock
from hub.insight.charts.models import Kind
from hub.insight.charts.settings import MediaSettings

log = structlog.get_logger()

_END = b"IEND\xaeB`\x82"
_PRUNE_EVERY = 64
_UNFINISHED_SECONDS = 600


class Pictures:
    """One folder. Every method blocks on the disk: call it from a thread."""

    def __init__(self, settings: MediaSettings) -> None:
        self._folder, self._settings = settings.folder, settings
        self._written = 0

    def get(self, kind: Kind, key: str) -> bytes | None:
        """A whole picture that is not too old."""
        path = self._path(kind, key)
        try:
            if (
                not self._is_ours()
                or clock.now().timestamp() - path.stat().st_mtime > self._settings.ttl_seconds
            ):
                return None
            found = path.read_bytes()
        except OSError:
            return None
        return found if found.endswith(_END) else None

    def put(self, kind: Kind, key: str, png: bytes) -> None:
        """Keep a picture; it appears whole or not at all."""
        try:
            if self._is_ours():
                self._write(self._path(kind, key), png)
        except OSError as error:
            log.warning("media.not_kept", why=str(error))
            return
        self._written += 1
        if self._written % _PRUNE_EVERY == 0:
            self.prune()

    def prune(self) -> int:
        """Forget what is too old, then the oldest until the rest fits; how many went."""
        kept, gone, now = [], 0, clock.now().timestamp()
        for path, found in self._files():
            life = _UNFINISHED_SECONDS if path.suffix == ".tmp" else self._settings.ttl_seconds
            if now - found.st_mtime > life:
                gone += _removed(path)
            else:
                kept.append((found.st_mtime, found.st_size, path))
        room = self._settings.folder_max_bytes
        for _, size, path in sorted(kept, reverse=True):
            room -= size
            gone += _removed(path) if room < 0 else 0
        return gone

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Our files alone: by their suffix, and no links."""
        with suppress(OSError):
            if not self._is_ours():
                return
            for entry in os.scandir(self._folder):
                if entry.name.endswith((".png", ".tmp")) and entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        yield Path(entry.path), entry.stat(follow_symlinks=False)

    def _path(self, kind: Kind, key: str) -> Path:
        return self._folder / f"{kind}-{key}.png"

    def _is_ours(self) -> bool:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
        if not ours:
            log.warning("media.not_ours", folder=str(self._folder))
        return ours

    def _write(self, path: Path, png: bytes) -> None:
        descriptor, name = tempfile.mkstemp(".tmp", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(png)
            os.replace(name, path)
        except BaseException:
            _removed(Path(name))
            raise


def _removed(path: Path) -> bool:
    with suppress(OSError):
        path.unlink()
        return True
    return False
