"""Spreadsheet files, written under a temporary name and then renamed."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from studio.app import spreadsheet
from studio.common import files, unfinished_copies
from studio.common.errors import StorageError
from studio.domain.entities import Picture
from studio.library.facade import Library
from studio.library.files import save_copies

_CHUNK = 500
_END = "\r\n"


async def portions(library: Library, rows: Sequence[int]) -> AsyncIterator[list[Picture]]:
    """The pictures of these rows, a few hundred at a time."""
    for start in range(0, len(rows), _CHUNK):
        yield await library.pictures(rows[start : start + _CHUNK])


async def write(
    library: Library, rows: Sequence[int], target: Path, *, replace: bool = False
) -> int:
    """Write the table of these pictures to a file; returns the number of its rows.

    An existing file is replaced only with `replace`, and when the table is complete. Raises
    InputError, StorageError.
    """
    names = {one.id: one.name for one in await library.collections.every()}
    number = 0
    writer = await asyncio.to_thread(_SpreadsheetWriter, target, library.folder, replace=replace)
    try:
        async for pictures in portions(library, rows):
            await asyncio.to_thread(writer.add, spreadsheet.rows(pictures, names))
            number += len(pictures)
        await asyncio.to_thread(writer.finish)
    except BaseException:
        writer.discard()
        raise
    return number


class _SpreadsheetWriter:
    """A file that is being written. All calls block."""

    def __init__(self, target: Path, library: Path, *, replace: bool) -> None:
        save_copies.check_folder(target.parent, library)
        self._target = target
        self._replaces = replace and save_copies.target_exists(target, library)
        if not self._replaces and os.path.lexists(target):
            raise files.storage_error(FileExistsError(errno.EEXIST, ""), target)
        with contextlib.ExitStack() as stack:
            self._part = stack.enter_context(unfinished_copies.beside(target))
            stack.callback(self._remove_part)
            self._file = files.Appender(self._part, lasting=False, told=target)
            stack.enter_context(self._file)
            # Without a byte order mark, spreadsheets read the file in the system's old encoding.
            self._file.append(codecs.BOM_UTF8 + f"{spreadsheet.header()}{_END}".encode())
            self._open = stack.pop_all()

    def add(self, lines: Iterable[str]) -> None:
        """Append rows."""
        self._file.append("".join(f"{one}{_END}" for one in lines).encode(errors="replace"))

    def finish(self) -> None:
        """Give the complete file its final name."""
        self._file.sync()
        with self._open:
            self._file.close()
            save_copies.make_usual((self._part,))
            if self._replaces:
                files.into_place(self._part, self._target)
                return
            try:
                files.claim(self._part, self._target)
            except FileExistsError as error:
                raise files.storage_error(error, self._target) from error

    def discard(self) -> None:
        """Remove the incomplete file."""
        self._open.close()

    def _remove_part(self) -> None:
        # On a disconnected disk it stays; the earlier error is the one to report.
        with contextlib.suppress(StorageError):
            files.remove(self._part)
