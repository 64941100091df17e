"""Pictures on the shelf, kept for each library in a file of the state folder.

The name "shelf" is used on the screen only: in the code, a shelf is a view of the sidebar. All
calls block.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from studio.common import files, json_reader
from studio.common.errors import StorageError

log = logging.getLogger(__name__)

MOST = 1000
"""Limit of pictures in a tray, the same as for one drag."""


class _Content(msgspec.Struct, frozen=True):
    """Content of the file: ids in the order in which they were added."""

    pictures: tuple[str, ...] = ()
    version: int = 1


class TrayFile:
    """The file of one library.

    Attributes:
        trouble: error to show once: the file could not be read.
    """

    def __init__(self, folder: Path, library: str) -> None:
        """`library` is the id of the library, which names the file in the folder."""
        self._path = folder / f"{library}.json"
        self.trouble: StorageError | None = None

    def load(self) -> tuple[str, ...]:
        """Ids of the pictures; none if the file is missing or invalid."""
        try:
            found = json_reader.load(self._path, _Content)
        except FileNotFoundError:
            return ()
        except ValueError as error:
            log.info("The shelf makes no sense: %s", error)
            self.trouble = files.set_aside(self._path)
            return ()
        except OSError as error:
            self.trouble = files.storage_error(error, self._path)
            return ()
        valid = filter(json_reader.is_id, found.pictures)
        return tuple(dict.fromkeys(valid))[:MOST]

    def save(self, ids: Sequence[str]) -> None:
        """Write the ids. Raises StorageError."""
        body = json_reader.encode(_Content(pictures=tuple(ids)))
        files.replace(self._path, json_reader.merge_into_file(self._path, body))
