"""Names from disk and addresses reach files and programs through one module each.

Read from the source: what builds a path below a library from anything but a word of the program,
and what hands an address to the system, is in the list of places that were looked at, or a find.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.source_files import (
    STUDIO,
    modules,
    nodes,
    nodes_by_function,
    parsed,
    text_of,
    texts_with,
)

ROOMS = (
    *modules(STUDIO / "library"),
    *(
        STUDIO / name
        for name in (
            "generation/journal.py", "generation/recovery.py", "generation/conversations.py",
            "remote/server.py", "generation/salvage.py", "generation/ingest.py",
            "generation/attempt.py", "generation/streamed_pictures.py",
            "generation/response_sink.py", "app/maintenance.py", "app/core.py", "cli/library.py",
            "cli/library_backup.py", "cli/library_changes.py", "cli/organise.py",
            "ui/support/drop_contents.py", "ui/controllers/pictures.py",
            "ui/dialogs/missing_file.py", "ui/dialogs/empty_trash.py",
        )
    ),
)  # fmt: skip
"""Rooms that speak of files of a library."""

DOORS = {"library/files/originals.py"}
"""The door itself."""

SEEN = {
    # What stands to the right was listed in a folder, or made by this program a line before.
    "library/operations/backup.py:_contents": "names that tree.walk listed",
    "library/operations/verify.py:_visible": "names that tree.walk listed",
    "library/operations/relink.py:_files": "names that tree.walk listed",
    "library/operations/import_sources.py:_below": "names of the user's own folder",
    "library/operations/import_sources.py:_unread": "the folder that tree.walk was at",
    "library/operations/import_.py:spooled": "a new id",
    "library/operations/import_.py:write": "a number, and a name of this program",
    "library/log/merge_conflicts.py:merge": "the name of a file in the records, under a new number",
    "library/log/daily_copies.py:make": "a day of the calendar",
    "library/log/daily_copies.py:_copy": "the name of a file in the records",
    "library/operations/relocate.py:_copy": "below the library, as it was listed",
    "library/operations/relocate.py:_every": "names that tree.walk listed",
    "library/log/record_log.py:reaches": "a month's name out of the index",
    "library/log/record_log.py:at": "a month's name out of the index",
    "library/log/record_log.py:_append": "a month's name",
    "library/files/damaged.py:put_away": "the name of a file or folder that was listed",
    "library/operations/lost_records.py:_emptied": "a month's name out of the index",
    "library/operations/import_.py:_portion": "a new id",
    "library/operations/import_.py:_copy_files": "a new id",
    "library/operations/import_.py:_finish_portion": "an id that `_read` has looked at",
    "library/operations/trash.py:_begin": "a new id",
    "library/operations/derived_pictures.py:begin_picture": "a new id",
    "library/operations/restore.py:_stage": "a name that `_is_wanted` has looked at",
    "library/operations/restore.py:restore": "a new id",
    "library/operations/restore.py:_into_place": "the name of a file that was written here",
    "library/operations/first_open.py:unfinished": "one of UNFINISHED",
    "library/operations/first_open.py:_bring_back": "one of UNFINISHED",
    "library/operations/first_open.py:_move": "one of UNFINISHED, and a name that was listed",
    "library/files/thumbnails.py:_path": "a hash that was looked at a line before",
    "library/store.py:index_path": "the index's own name, of this program",
    "generation/journal_entry.py:part": "a number",
    "generation/journal.py:queue_some": "a new id",
    "generation/journal.py:_mark": "a word of this file",
    "generation/journal.py:looked_at": "a word of this file",
    "generation/journal.py:take_in": "the name of a folder that was listed, an id",
    "generation/journal.py:_mark_of": "a word of this file",
    "generation/journal.py:_is_valid": "a word of this file",
    "generation/journal.py:put_aside": "the name of a folder that was listed",
    "remote/server.py:_forget_broken": "a word of this file",
    "generation/salvage.py:_write_file": "a slug with a part of an id, in the user's folder",
    "generation/streamed_pictures.py:begin_string": "a number",
    "library/files/save_copies.py:taken": (
        "the name of a file that the door gave, in the user's folder"
    ),
    "library/files/save_copies.py:save": (
        "the name of a file that the door gave, in the user's folder"
    ),
    "library/files/save_copies.py:save_into": (
        "the name of a file that the door gave, in the user's folder"
    ),
    "library/files/save_copies.py:_real": "the user's folder",
}
"""Function by function: why the name cannot come from a record."""


def _is_word(node: ast.expr) -> bool:
    """Whether a name is written in the source: "records", HIDDEN, _LIST."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.Name) and node.id.isupper()


def joined(source: str) -> Iterator[tuple[str, int]]:
    """Where a path is made of a name that is no word of the source: function and line."""
    for name, node in nodes_by_function(parsed(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            right = node.right
            number = isinstance(right, ast.Constant) and not isinstance(right.value, str)
            if not number and not _is_word(right):
                yield name, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            paths = called in ("joinpath", "with_name", "glob", "rglob")
            if paths and not all(map(_is_word, node.args)):
                yield name, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            made = node.func.id in ("Path", "PurePath", "PurePosixPath", "open")
            if made and not all(map(_is_word, node.args)):
                yield name, node.lineno


NUMBERS = {
    "library/operations/change_progress.py:read", "library/operations/change_progress.py:took",
    "library/log/read_progress.py:watched", "library/index/search_sql.py:_meeting",
    "library/index/search_sql.py:_plan", "library/index/search_sql.py:_passing",
}  # fmt: skip
"""What is divided there."""

PATHS_OF_THE_USER = {
    "ui/support/drop_contents.py:pictures_in", "ui/dialogs/missing_file.py:locate",
    "library/operations/first_open.py:is_known",
    "cli/library_changes.py:change", "cli/library_changes.py:_take_in",
    "cli/library_backup.py:write_backup", "cli/library_backup.py:recover",
    "cli/library_backup.py:move", "app/core.py:_folder_of",
}  # fmt: skip
"""The user gave these, or the program wrote them in a place of its own."""

MADE_OF_A_NAME = {
    "library/operations/backup.py:write", "library/log/daily_copies.py:_copy",
    "library/operations/relink.py:_copy", "library/operations/repair.py:_aside",
    "library/store.py:close", "library/index/index_file.py:adopt",
    "library/index/index_file.py:remove", "library/operations/relocate.py:_copy",
    "library/operations/forget_prompt.py:_neutral", "library/files/thumbnails.py:store_thumbnail",
    "library/files/save_copies.py:numbered", "generation/journal.py:close",
    "generation/journal.py:put_aside", "generation/ingest.py:_write_part",
}  # fmt: skip
"""Beside a path that the door gave: its own name, longer."""


def test_no_name_from_a_disk_is_joined_to_a_path_past_the_door() -> None:
    found = {
        f"{path.relative_to(STUDIO).as_posix()}:{name}": line
        for path in ROOMS
        if path.relative_to(STUDIO).as_posix() not in DOORS
        for name, line in joined(text_of(path))
    }
    new = {
        place: line
        for place, line in found.items()
        if place not in {*SEEN, *NUMBERS, *PATHS_OF_THE_USER, *MADE_OF_A_NAME}
    }
    assert not new, f"through studio/library/files/originals.py, or looked at: {new}"


@pytest.mark.parametrize(
    "line",
    [
        "folder / picture.path",
        "folder / picture.id",
        "folder.joinpath(*parts)",
        "inputs.glob(f'{sha256}.*')",
        "Path(row.path)",
        "open(name)",
        "folder / f'{id}.json'",
        "folder / str(one)",
    ],
)
def test_a_name_that_goes_past_the_door_is_found(line: str) -> None:
    assert list(joined(f"def work(folder):\n    return {line}\n")) == [("work", 2)]


OPENERS = {"QDesktopServices", "webbrowser", "setOpenExternalLinks", "startfile", "xdg-open"}


def opening(source: str) -> set[str]:
    """What in a source can hand an address to the system."""
    found = set()
    for node in nodes(parsed(source)):
        names = []
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.Name):
            names = [node.id]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names]
        found |= OPENERS.intersection(names)
    return found


def test_addresses_are_opened_through_one_door() -> None:
    found = {name for name, source in texts_with(*OPENERS) if opening(source)}
    assert found == {"ui/support/desktop_services.py"}
