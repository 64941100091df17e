"""When this session began. One that did not end as it should goes on with the next start."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.json_reader import NotUnderstood

log = logging.getLogger(__name__)

NAME = "session.json"


def begin_session(folder: Path, now: float) -> float:
    """Take note that a session runs since `now`; gives when it really began, in epoch seconds.

    That is earlier where the last one left its note behind: it crashed, was killed, or the power
    failed. Blocking. Raises StorageError.
    """
    before = _read(folder / NAME)
    began = before if before is not None and before < now else now
    files.replace(folder / NAME, msgspec.json.encode({"began": began}))
    return began


def end_session(folder: Path) -> None:
    """The session ended as it should: the next one is another. Blocking. Raises OSError."""
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
