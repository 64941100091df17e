"""Removal of a prompt from a library for good: there is no undo.

This is the only code that changes lines of the log: the prompt is removed from each line that
contains it, and the line keeps its id and position. Pictures stay, under neutral names. Copies of
the records are deleted, because they contain the prompt too; the user's own backups are not
touched. Each month's file is replaced as a whole, so that a crash leaves either the old or the new
file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.common import files, json_reader
from studio.common.errors import InputError
from studio.common.i18n import _
from studio.common.json_reader import NotUnderstood
from studio.domain.entities import Picture
from studio.domain.events import RecordsChanged
from studio.library.files.originals import HIDDEN, Originals, relative_path
from studio.library.log import daily_copies, record_log, records
from studio.library.operations import reindex
from studio.library.store import Store

_TEXTS = ("prompt", "source_prompt")


async def forget_prompt(store: Store, prompt: str) -> int:
    """Remove a prompt; returns the number of records that had it. Owner only.

    Raises InputError if there are none, StorageError.
    """
    wanted = prompt.strip()
    touched = [
        picture
        async for some in store.portions()
        for picture in some
        if wanted in (picture.prompt.strip(), picture.source_prompt.strip())
    ]
    places = {picture.id: _neutral(picture) for picture in touched}

    def work() -> int:
        changed = _rewrite(store.folder, wanted, places)
        if changed:
            _rename(store.originals, touched, places)
        return changed

    changed = await reindex.rewritten(store, work)
    store.publish_event(RecordsChanged(tuple(places), ("prompt",)))
    if not changed:
        raise InputError(
            _("Prompt not found"),
            hint=_("Enter it exactly as in the history. Nothing was changed."),
        )
    return changed


def _neutral(picture: Picture) -> str:
    """A path without words of the prompt."""
    return relative_path("", picture.id, Path(picture.path).suffix, picture.created)


def _rename(originals: Originals, pictures: list[Picture], places: dict[str, str]) -> None:
    # After the records are changed: if a crash prevents this, `verify --fix` finds the files by
    # their content.
    for picture in pictures:
        source = originals.find(picture)
        target = originals.path(replace(picture, path=places[picture.id]))
        if source is not None and source != target:
            originals.move(source, target)


def _rewrite(library: Path, prompt: str, places: dict[str, str]) -> int:
    changed = 0
    for path in sorted((library / HIDDEN / "records").glob("*.jsonl")):
        lines = list(_lines(path, prompt, places))
        if number := sum(different for _line, different in lines):
            files.replace(path, b"".join(line for line, _different in lines))
            changed += number
    if changed:
        for copy in daily_copies.every(library):
            shutil.rmtree(copy, ignore_errors=True)
        daily_copies.make(library)
    return changed


def _lines(path: Path, prompt: str, places: dict[str, str]) -> Iterator[tuple[bytes, bool]]:
    for line in path.read_bytes().splitlines(keepends=True):
        odd: list[str] = []
        try:
            record = record_log.decode(line, odd)
        except NotUnderstood:
            # A damaged line cannot be changed, so it is removed if it may contain the prompt.
            yield (b"", True) if prompt.encode() in line else (line, False)
            continue
        if odd:
            if prompt.encode() not in line:
                yield line, False
                continue
            # Only the valid part of the line stays.
            line = records.encode(record)  # noqa: PLW2901 - the valid part of the same record
        value: dict[str, Any] = json_reader.plain(records.body_of(line))
        if _blank(value, prompt, places) or odd:
            yield records.line_of(json_reader.encode(value)), True
        else:
            yield line, False


def _blank(value: dict[str, Any], prompt: str, places: dict[str, str]) -> bool:
    if value.get("field") == "path":
        return _without_old_names(value, places)
    job = value.get("job") or {}
    request = job.get("request") or {}
    owners = [owner for owner in (request, *value.get("pictures", ())) if isinstance(owner, dict)]
    if not any(str(owner.get(name, "")).strip() == prompt for owner in owners for name in _TEXTS):
        return False
    for owner in owners:
        for name in (*_TEXTS, "title"):
            if name in owner:
                owner[name] = ""
    for picture in value.get("pictures", ()):
        picture["path"] = places.get(picture.get("id", ""), picture.get("path", ""))
    if "name" in job:
        job["name"] = ""
    return True


def _without_old_names(value: dict[str, Any], places: dict[str, str]) -> bool:
    """Remove words of the prompt from a record of moved files; False if it has none."""
    moved = [id for _name, ids in value.get("values", ()) for id in ids if id in places]
    if not moved:
        return False
    for side in ("values", "former"):
        value[side] = [[places.get(id, name), [id]] for name, ids in value[side] for id in ids]
    return True
