"""Pictures decoded from an answer that is still being received.

Most long strings of an answer are the base64 of a picture. Each is decoded to a file while its
bytes arrive, so that after the last byte only the picture itself is left to decode. These files are
not used before the answer is complete. A file that is not a picture, or cannot be written, is
dropped, and the picture is decoded from the answer later. All calls block and belong on the
decoding thread.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.common import files
from studio.common.errors import StorageError
from studio.common.file_types import PNG, kind_of
from studio.generation.journal_entry import JournalEntry
from studio.imaging.decoder import PictureFacts
from studio.imaging.png_check import PngCheck
from studio.providers import base64_text
from studio.providers.base import SpilledString

log = logging.getLogger(__name__)

LARGE = 4 << 20
"""Size in bytes from which checksums replace a full decode, if a picture has them."""

_HEAD = 64
_MOST = 64
"""Limit of pictures of an answer."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """A picture file that is complete but not yet durable.

    Attributes:
        bytes: size of the file.
        facts: its properties, if it is large and its checksums are right.
    """

    file: files.Appender
    sha256: str
    bytes: int
    facts: PictureFacts | None

    @property
    def path(self) -> Path:
        return self.file.path

    def sync_to_disk(self) -> None:
        """Make the file's bytes durable; idempotent. Raises StorageError."""
        if self.file.open:
            self.file.sync()
            self.file.close()


class StreamedPictures:
    """Receives the long strings of one answer from the scanner.

    Attributes:
        found: complete pictures by the position of their base64 in the answer.
    """

    def __init__(self, entry: JournalEntry) -> None:
        self.found: dict[SpilledString, PartFile] = {}
        self._entry = entry
        self._number = 0
        self._open: _GrowingFile | None = None

    def begin_string(self, start: int) -> None:
        """Begin a long string at this offset of the answer."""
        if self._number < _MOST:
            path = self._entry.folder / f"early-{self._number}.part"
            self._open = _GrowingFile(path, start)

    def add_piece(self, piece: bytes | memoryview) -> None:
        """Append a piece of the string, still JSON-escaped."""
        if self._open is not None:
            self._try(partial(self._open.feed, piece))

    def end_string(self, end: int) -> None:
        """End the string at this offset of the answer."""
        if (growing := self._open) is None:
            return
        if self._try(growing.end) and (part := growing.part) is not None:
            self.found[SpilledString(growing.start, end)] = part
            self._number += 1
        self._open = None

    @property
    def promising(self) -> bool:
        """Whether there is a picture or the beginning of one."""
        return bool(self.found) or (self._open is not None and self._open.begun)

    @property
    def open(self) -> bool:
        """Whether a file is still open."""
        return self._open is not None or any(part.file.open for part in self.found.values())

    def close(self) -> None:
        """Close all files; they are deleted with the journal's entry."""
        if self._open is not None:
            self._open.drop()
            self._open = None
        for part in self.found.values():
            part.file.close()

    def _try(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except (base64_text.DirtyBase64Error, _NoPictureError):
            pass  # probably text
        except StorageError as error:
            log.warning("A picture is decoded later: %s", error)
        else:
            return True
        if self._open is not None:
            self._open.drop()
            self._open = None
        return False


class _NoPictureError(Exception):
    """The first bytes are not those of a picture; never leaves this module."""


class _GrowingFile:
    """A picture file being written."""

    def __init__(self, path: Path, start: int) -> None:
        self.start = start
        self.part: PartFile | None = None
        self._path = path
        self._decoder = base64_text.Base64Decoder()
        self._digest = hashlib.sha256()
        self._check: PngCheck | None = None
        self._head = b""
        self._file: files.Appender | None = None

    @property
    def begun(self) -> bool:
        """Whether its first bytes are those of a picture."""
        return self._file is not None

    def feed(self, piece: bytes | memoryview) -> None:
        self._write(self._decoder.feed(piece))

    def end(self) -> None:
        self._write(self._decoder.end(), last=True)
        if self._file is None:
            raise _NoPictureError
        size = self._file.size
        facts = self._check.facts if self._check is not None and size >= LARGE else None
        self.part = PartFile(self._file, self._digest.hexdigest(), size, facts)

    def _write(self, data: bytes, *, last: bool = False) -> None:
        if self._file is None:
            self._head += data
            if len(self._head) < _HEAD and not last:
                return
            kind = kind_of(self._head[:_HEAD])
            if kind is None:
                raise _NoPictureError
            self._check = PngCheck() if kind is PNG else None
            data, self._head = self._head, b""
            # The file may be left from an earlier attempt.
            self._path.unlink(missing_ok=True)
            self._file = files.Appender(self._path, lasting=False)
        if data:
            self._digest.update(data)
            self._file.append(data)
            if self._check is not None:
                self._check.feed(data)

    def drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            self._file = None
