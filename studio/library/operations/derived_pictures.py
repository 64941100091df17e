"""Pictures made here from others: crops, and answers composed into their parents again.

A picture is first completed in a folder of its own (`.gridbrush/composing/<id>/`: its file and its
record), then the file is renamed into place and the record is appended. If the process is killed in
between, the next start completes this, so that a crash leaves neither a picture without a record
nor an incomplete one. All calls but `add` and `set_answer` block.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from studio.common import directory_handles, files, json_reader
from studio.common.errors import StorageError
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Picture, new_id
from studio.domain.events import ChangeRecorded, PicturesAdded, RecordsChanged
from studio.library.files import originals as inside
from studio.library.files.damaged import put_away
from studio.library.files.originals import HIDDEN
from studio.library.log import record_log, records
from studio.library.log.records import Record
from studio.library.operations import edits, history
from studio.library.store import Store

log = logging.getLogger(__name__)

FOLDER = "composing"
_FILE, _RECORD = "picture", "record"


def begin_picture(store: Store) -> Path:
    """Create a picture's folder; its file goes to `file_in(folder)`. Raises StorageError."""
    folder = store.folder / HIDDEN / FOLDER / new_id()
    files.ensure_folder(folder, within=store.folder)
    return folder


def file_in(folder: Path) -> Path:
    """The picture's file in its folder."""
    return folder / _FILE


def give_up(folder: Path) -> None:
    """Remove a picture's folder."""
    files.remove_folder(folder)
    directory_handles.remove_empty(folder.parents[2], folder.parent)


async def add(
    store: Store, folder: Path, picture: Picture, *, replaced: str | None = None
) -> Picture:
    """Record the picture in this folder as one change; returns the picture with its row.

    `replaced` is the id of the picture that it replaces, which is moved to the trash. Raises
    StorageError; then nothing is recorded.
    """
    added, record = await store.write(partial(_add, store, folder, picture, replaced))
    store.publish_event(PicturesAdded((added.id,), (added.row,)))
    if replaced is not None:
        await edits.move_files(store, [replaced])
        store.publish_event(RecordsChanged((replaced,), ("trashed",)))
    store.publish_event(ChangeRecorded(record.id, history.sentence(record)))
    return added


async def set_answer(store: Store, id: str, *, hidden: bool) -> str:
    """Make a hidden answer a picture of its own, or hide it again; returns a sentence."""
    return await edits.set_field(store, "answer", [id], hidden)


def _add(
    store: Store, folder: Path, picture: Picture, replaced: str | None
) -> tuple[Picture, Record]:
    also = [] if replaced is None else list(_places(store, replaced, picture.id))
    record = records.derived(picture, replaced, also=also)
    # Written atomically, because an incomplete file would be reported as damage.
    files.replace(folder / _RECORD, records.encode(record))
    return _finish(store, folder, record), record


def _places(store: Store, old: str, new: str) -> Iterator[records.FieldChange]:
    """Changes that add a new picture to the collections and stack of the one it replaces."""
    for field, unset in (("collections", []), ("stack", "")):
        for value, _ids in store.own.state.field_of(field, [old]):
            if value != unset:
                yield records.FieldChange(
                    field=field, values=[(value, [new])], former=[(unset, [new])]
                )


def _finish(store: Store, folder: Path, record: Record) -> Picture:
    (picture,) = record.pictures
    if not store.own.find([picture.id]):
        store.originals.place(file_in(folder), picture.path, picture.sha256)
        store.append(record)
    give_up(folder)
    found = store.own.find([picture.id])
    if not found:
        raise records.unindexed(store.folder, lost=not store.index_path.exists())
    return found[0]


def finish(store: Store) -> None:
    """Finish the complete pictures of an earlier process; incomplete ones are removed."""
    for folder in directory_handles.folders(store.folder, store.folder / HIDDEN / FOLDER):
        try:
            record = _read(store.folder, folder)
        except FileNotFoundError:
            log.info("A picture that was not complete is taken back")
            give_up(folder)
            continue
        except (OSError, NotUnderstood) as error:
            log.warning("The record of a picture makes no sense: %s", error)
            store.troubles.append(put_away(store.folder, folder))
            continue
        try:
            _finish(store, folder, record)
        except StorageError as error:
            # The library opens without the picture; its folder stays for the next start.
            log.warning("A picture waits for the next start: %s", error)
    directory_handles.remove_empty(store.folder, store.folder / HIDDEN / FOLDER)


def _read(library: Path, folder: Path) -> Record:
    with directory_handles.open_file(library, folder / _RECORD) as file:
        record = record_log.decode(json_reader.bytes_of(file))
    if record.kind != records.DERIVED or len(record.pictures) != 1:
        raise NotUnderstood("no picture made here")
    if not inside.is_id(record.pictures[0].id):
        raise NotUnderstood("it names what is no picture of a library")
    return record
