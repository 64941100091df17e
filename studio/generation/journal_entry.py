"""Entry of the journal: one attempt, its stage and its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from studio.config.settings import USUAL_WIRE
from studio.domain.entities import Job


class Stage(StrEnum):
    """Stage of an attempt, given by the files in its folder."""

    QUEUED = "queued"
    SENT = "sent"
    WHOLE = "whole"
    CUT = "cut"


class EndReason(StrEnum):
    """Reason for the end of an attempt."""

    RECORDED = "recorded"
    """Its pictures are in a durable record."""

    REFUSED = "refused"
    """The answer was read and has no picture."""

    DISCARDED = "discarded"
    """The user dismissed it."""

    CANCELLED = "cancelled"
    """The user cancelled it; a complete answer stays."""

    UNANSWERED = "unanswered"
    """No complete answer arrived; a partial one stays."""


class QueuedFile(msgspec.Struct, frozen=True):
    """Content of `queued.json`."""

    version: int
    job: Job


class AnswerHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """Content of `answer.json`: status, headers (names in lower case) and wire format."""

    status: int
    headers: dict[str, str]
    wire: str = USUAL_WIRE


class StageMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Content of `sent.json`, `whole.json` and `cut.json`.

    Attributes:
        at: seconds since 1970.
        bytes: size of the answer's body so far.
        seconds: time from sending to the last byte.
        reason: reason why it was truncated.
        reader: version of the reader that found it truncated or unreadable; 0 for none.
        late: whether the answer arrived later than expected (`Settings.time_out`).
        status, headers: copies from `answer.json`, which is not durable by itself.
        wire: wire format of the request; empty if the mark is damaged.
    """

    at: float
    bytes: int = 0
    seconds: float = 0.0
    reason: str = ""
    reader: int = 0
    late: bool = False
    status: int = 0
    headers: dict[str, str] = {}
    wire: str = USUAL_WIRE


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Folder of one attempt."""

    folder: Path

    @property
    def attempt(self) -> str:
        return self.folder.name

    @property
    def body(self) -> Path:
        return self.folder / "answer"

    @property
    def encoded(self) -> Path:
        return self.folder / "encoded"

    def part(self, number: int) -> Path:
        """Temporary file of picture `number` of the answer."""
        return self.folder / f"{number}.part"

    def fetched(self, url: str) -> Path:
        """File of a picture that was fetched from an address in the answer, complete."""
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.fetched"

    @property
    def composed(self) -> Path:
        """Temporary file of the picture composed of the answer and its parent."""
        return self.folder / "composed.part"

    @property
    def composed_id(self) -> str:
        """Id of the composed picture, the same at every ingest."""
        return self._id("composed")

    def picture_id(self, number: int) -> str:
        """Id of picture `number` of this attempt, the same at every ingest."""
        return self._id(str(number))

    def _id(self, name: str) -> str:
        """A UUIDv7 with the attempt's time and a tail derived from the attempt's id."""
        tail = hashlib.sha256(f"{self.attempt}/{name}".encode()).hexdigest()
        variant = "89ab"[int(tail[0], 16) % 4]
        return f"{self.attempt[:18]}-{variant}{tail[1:4]}-{tail[4:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAttempt:
    """An attempt read from the journal.

    Attributes:
        bytes: size of the complete or truncated answer.
        marked: False if the process died while receiving: the answer may be complete.
        reader: version of the reader that found the answer truncated or unreadable.
        late: the answer arrived later than expected (`Settings.time_out`).
        wire: wire format of the request; empty if nothing was sent or the mark is damaged.
        damaged: the request is lost; `job` is a substitute with the attempt's id.
    """

    entry: JournalEntry
    stage: Stage
    job: Job
    head: AnswerHead | None = None
    bytes: int = 0
    at: float = 0.0
    seconds: float = 0.0
    marked: bool = True
    reader: int = 0
    late: bool = False
    wire: str = ""
    damaged: bool = False
