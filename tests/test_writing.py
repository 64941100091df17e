"""Code that writes or renames files uses `studio/common/files.py`, or is listed here.

A bare `shutil.copyfile` writes over whatever has the name and leaves half a file on a full disk.
Read from the source, so that the next one is found.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.source_files import nodes, nodes_by_function, parsed, texts

DOORS = {"common/files.py", "common/directory_handles.py"}
"""The door, and the names below a folder that are behind it."""

SEEN = {
    "__main__.py:_stand_in_for_closed_streams": "the system's own nothing",
    "cli/output.py:print_result": "into the system's own nothing",
    "cli/self_test.py:_decoding": "in a folder of its own, for the time of the test",
    "app/crash_reports.py:__init__": "a report of the program's own, of which the last one is kept",
    "domain/drafts.py:_put_aside": "the program's own draft, under a name that is free",
    "common/library_lock.py:acquire": "the lock, whose bytes nobody needs",
    "app/instance.py:serve": "an address of the program's own, in its own folder",
    "common/unfinished_copies.py:_begin": "a note of the program's own, opened to be locked",
    "common/unfinished_copies.py:_remove_one": "the same note, opened to be locked",
    "library/operations/backup.py:_write": "a ZIP file written through an `Appender`",
    "library/operations/backup.py:_add": "a name within that file",
    "library/log/daily_copies.py:_copy": (
        "a copy of the records that is begun, in a folder of its own"
    ),
    "library/operations/relocate.py:move": "the whole library, to where nothing is",
    "library/operations/relocate.py:_copy": "a link, in a folder that was made a line before",
    "library/index/index_file.py:adopt": "the index, which is computed",
    "library/files/thumbnails.py:store_thumbnail": "a thumbnail, which is computed",
    "common/log_files.py:_open": "the log, which only grows",
    "ui/dialogs/empty_trash.py:_discard": "into the system's trash",
    "imaging/worker.py:_take_pipes": "a pipe",
}
"""Function by function: why nothing of the user's can be lost there."""

_COPIES = {"copyfile", "copyfileobj", "copy", "copy2", "copytree", "move"}
_NAMES = {"replace", "rename", "renames", "link", "symlink", "sendfile", "copy_file_range"}
_METHODS = {
    "hardlink_to", "link_to", "symlink_to", "write_bytes", "write_text", "extract", "extractall",
}  # fmt: skip
_CLASSES = {"QFile", "QSaveFile", "NamedTemporaryFile", "mkstemp"}
_FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}
_MODE = re.compile(r"[rwaxbtU+]*[wax+][rwaxbtU+]*")


def _is_mode(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _MODE.fullmatch(node.value) is not None
    )


def _modules(tree: ast.AST) -> dict[str, str]:
    """What a module or one of its functions is called here: "cp" for shutil.copyfile."""
    found: dict[str, str] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def _writes(node: ast.AST, modules: dict[str, str]) -> bool:
    """Whether this writes a file or gives one a name."""
    if isinstance(node, ast.Attribute | ast.Name):
        return _names_a_writer(node, modules)
    if not isinstance(node, ast.Call):
        return False
    words = [*node.args, *(one.value for one in node.keywords if one.arg == "mode")]
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name):
        called = node.func.id
    if called in ("open", "fdopen", "ZipFile", "TarFile"):
        flags = {one.attr for word in words for one in ast.walk(word) if hasattr(one, "attr")}
        return any(map(_is_mode, words[:3])) or bool(flags & _FLAGS)
    # A word's `replace` takes two arguments, a value's takes names.
    moves = called in ("rename", "replace") and isinstance(node.func, ast.Attribute)
    return moves and len(node.args) == 1 and not node.keywords and called in ("rename", "replace")


def _names_a_writer(node: ast.Attribute | ast.Name, modules: dict[str, str]) -> bool:
    if isinstance(node, ast.Name):
        whole = modules.get(node.id, "")
    elif isinstance(node.value, ast.Name):
        whole = f"{modules.get(node.value.id, node.value.id)}.{node.attr}"
    else:
        whole = f".{node.attr}"
    module, _dot, name = whole.rpartition(".")
    return (
        (module == "shutil" and name in _COPIES)
        or (module == "os" and name in _NAMES)
        or (module == "pathlib.Path" and name in ("rename", "replace"))
        or (isinstance(node, ast.Attribute) and node.attr in _METHODS)
        or name in _CLASSES
        or (isinstance(node, ast.Name) and node.id in _CLASSES)
    )


def writing(source: str) -> Iterator[tuple[str, int]]:
    """Where something is written past the door: function and line."""
    tree = parsed(source)
    modules = _modules(tree)
    for name, node in nodes_by_function(tree):
        if _writes(node, modules):
            yield name, getattr(node, "lineno", 0)


def test_nothing_is_written_past_the_door() -> None:
    found = {
        f"{file}:{name}": line
        for file, source in texts()
        if file not in DOORS
        for name, line in writing(source)
    }
    new = {place: line for place, line in found.items() if place not in SEEN}
    assert not new, f"through studio/common/files.py, or looked at: {new}"
    assert not SEEN.keys() - found.keys(), "these do it no more"


@pytest.mark.parametrize(
    "line",
    [
        "shutil.copyfile(a, b)",
        "to_thread(shutil.copyfile, a, b)",
        "shutil.copy2(a, b, follow_symlinks=False)",
        "shutil.move(a, b)",
        "cp(a, b)",
        "os.replace(a, b)",
        "os.rename(a, b)",
        "os.link(a, b)",
        "a.rename(b)",
        "a.replace(b)",
        "partial(Path.rename, a)",
        "a.write_bytes(data)",
        "to_thread(a.write_text, data)",
        "a.hardlink_to(b)",
        "open(a, 'w')",
        "open(a, mode='xb')",
        "a.open('wb')",
        "a.open(mode='r+')",
        "os.open(a, os.O_WRONLY | os.O_CREAT, 0o600)",
        "zipfile.ZipFile(a, 'w')",
        "archive.extractall(a)",
        "QSaveFile(a)",
    ],
)
def test_what_writes_past_the_door_is_found(line: str) -> None:
    head = "import os, shutil, zipfile\nfrom pathlib import Path\nfrom shutil import copy as cp\n"
    assert [name for name, _line in writing(f"{head}def work(a, b):\n    return {line}\n")]


@pytest.mark.parametrize(
    "line",
    [
        "text.replace('a', 'b')",
        "replace(value, name=1)",
        "dataclasses.replace(value, name=1)",
        "files.replace(path, data)",
        "collections.rename(id, name)",
        "a.open('rb')",
        "open(a)",
        "os.open(a, os.O_RDONLY)",
        "value.copy()",
        "clipboard.copy(a)",
    ],
)
def test_what_only_looks_like_it_is_left_alone(line: str) -> None:
    assert not list(writing(f"def work(a):\n    return {line}\n"))
