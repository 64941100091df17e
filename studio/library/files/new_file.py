"""Files for the user that are written piece by piece, without replacing others."""

from __future__ import annotations

import contextlib
from pathlib import Path

from studio.common import files, unfinished_copies
from studio.library.files import save_copies


class NewFile:
    """File with a hidden name until it is complete. All calls block and raise StorageError.

    The folder is created if it is missing. Raises InputError for a folder of the library's own
    files.
    """

    def __init__(self, wanted: Path, library: Path) -> None:
        save_copies.check_folder(wanted.parent, library)
        save_copies.make_folder(wanted.parent)
        self._wanted = wanted
        self._note = contextlib.ExitStack()
        self._part = self._note.enter_context(unfinished_copies.beside(wanted))
        try:
            self._file = files.Appender(self._part, lasting=False, told=wanted)
        except BaseException:
            self._note.close()
            raise
        self.size = 0

    def append(self, data: bytes) -> None:
        """Append bytes."""
        self._file.append(data)
        self.size += len(data)

    def finish(self, *, number: bool = True) -> Path | None:
        """Give the file its name, numbered if the name is taken; returns its path.

        Without `number`, a file whose name is taken is removed, and None is returned.
        """
        self._file.sync()
        self._file.close()
        save_copies.make_usual((self._part,))
        with self._note:
            for target in save_copies.numbered(self._wanted) if number else (self._wanted,):
                try:
                    files.claim(self._part, target)
                except FileExistsError:
                    continue
                return target
            files.remove(self._part)
        return None

    def discard(self) -> None:
        """Remove the file, unless it is finished."""
        self._file.close()
        with self._note:
            files.remove(self._part)
