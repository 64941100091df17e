"""Start of the session, which the next process continues after a crash."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.json_reader import NotUnderstood

log = logging.getLogger(__name__)

NAME = "session.json"


def begin_session(folder: Path, now: float) -> float:
    """Store the start of the session; returns it in seconds since 1970.

    The result is earlier than `now` if the last process did not call `end_session`. Blocking.
    Raises StorageError.
    """
    before = _read(folder / NAME)
    began = before if before is not None and before < now else now
    files.replace(folder / NAME, msgspec.json.encode({"began": began}))
    return began


def end_session(folder: Path) -> None:
    """End the session at a normal exit. Blocking. Raises OSError."""
    (folder / NAME).unlink(missing_ok=True)


def _read(path: Path) -> float | None:
    try:
        began = json_reader.load(path, dict[str, float])["began"]
        return began if began > 0 else None
    except FileNotFoundError:
        return None
    except (OSError, NotUnderstood, KeyError) as error:
        log.warning("When the last session began could not be read: %s", error)
        return None
