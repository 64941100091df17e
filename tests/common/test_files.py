"""Durable file access."""

from __future__ import annotations

import ast
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from studio.common import files, tree
from studio.common.errors import StorageError
from tests.any_text import any_text
from tests.source_files import nodes, parsed, texts_with


class Steps:
    """Records durable steps, and makes one fail when asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Path]] = []
        self.fail: dict[str, int] = {}

    def __call__(self, kind: str, path: Path) -> None:
        self.seen.append((kind, path))
        if kind in self.fail:
            raise OSError(self.fail[kind], os.strerror(self.fail[kind]), str(path))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _path in self.seen]


@pytest.fixture
def steps() -> Iterator[Steps]:
    made = Steps()
    end = files.watch(made)
    yield made
    end()


def test_bytes_are_synced_before_the_name_and_the_folder_after_it(
    steps: Steps, tmp_path: Path
) -> None:
    files.replace(tmp_path / "a", b"new")
    assert steps.kinds == ["create", "write", "sync", "rename", "sync-folder"]


@pytest.mark.parametrize("kind", ["create", "write", "sync", "rename"])
def test_a_full_disk_leaves_the_old_file_and_no_rubbish(
    steps: Steps, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a"
    files.replace(path, b"old")
    steps.fail[kind] = errno.ENOSPC
    with pytest.raises(StorageError, match="disk is full"):
        files.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_a_failed_sync_is_never_repeated_on_the_same_file(steps: Steps, tmp_path: Path) -> None:
    steps.fail["sync"] = errno.EIO
    with pytest.raises(StorageError):
        files.replace(tmp_path / "a", b"new")
    assert steps.kinds.count("sync") == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "No permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "cannot be reached"),
    ],
)
def test_each_complaint_of_the_disk_is_a_sentence_of_its_own(number: int, words: str) -> None:
    error = files.storage_error(OSError(number, "x"), Path("/somewhere"))
    assert words in str(error)
    assert "/somewhere" in error.message


def test_half_an_appended_line_is_cut_off_again(steps: Steps, tmp_path: Path) -> None:
    appender = files.Appender(tmp_path / "log")
    appender.append(b"one\n")

    def half(handle: int, data: bytes) -> int:
        os.write(handle, data[:2])
        raise OSError(errno.ENOSPC, "full")

    original, files.write_all = files.write_all, half  # the disk fills up in mid-line
    try:
        with pytest.raises(StorageError):
            appender.append(b"two\n")
    finally:
        files.write_all = original
    appender.append(b"three\n")
    appender.close()
    assert (tmp_path / "log").read_bytes() == b"one\nthree\n"


def test_a_move_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(StorageError):
        files.move(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"b"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_no_other_user_can_read_what_is_written(tmp_path: Path) -> None:
    files.replace(tmp_path / "deep" / "a", b"x")
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "deep" / "a").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lighthouse at dusk", "lighthouse-at-dusk"),
        ("Größe: ein Bär & Co.", "größe-ein-bär-co"),
        ("夜の海、灯台", "夜の海-灯台"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "picture-con"),
        ("…!?", "picture"),
        ("", "picture"),
        ("a\u202eb\u0000c", "a-b-c"),
    ],
)
def test_names_are_letters_and_digits_of_any_script(text: str, expected: str) -> None:
    assert files.slug(text) == expected


@given(any_text(max_size=300))
def test_every_name_is_short_and_fit_for_every_system(text: str) -> None:
    name = files.slug(text)
    assert 0 < len(name.encode()) <= 68
    assert not set(name) & set('<>:"/\\|?*. \0')
    assert not name.startswith("-")
    assert not name.endswith("-")


class BusyFile:
    """A file that another program has open for the first few looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.waits: list[float] = []
        self.done = False

    def act(self) -> None:
        if self.looks > 0:
            self.looks -= 1
            error = PermissionError(13, "The process cannot access the file")
            setattr(error, "winerror", 32)  # noqa: B010 - an attribute of Windows alone
            raise error
        self.done = True


def test_what_another_program_holds_is_tried_again_for_a_while() -> None:
    held = BusyFile(5)
    files.until_free(held.act, held.waits.append)
    assert held.done
    assert len(held.waits) == 5
    assert held.waits == sorted(held.waits)


def test_what_stays_held_is_reported_after_ten_seconds(tmp_path: Path) -> None:
    held = BusyFile(1000)
    with pytest.raises(PermissionError) as caught:
        files.until_free(held.act, held.waits.append)
    assert 8 < sum(held.waits) < 15
    told = files.storage_error(caught.value, tmp_path / "a.png")
    assert told.title == "The file is in use"


def test_a_name_of_4000_characters_is_a_sentence_that_is_not_as_long(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        files.replace(tmp_path / ("a" * 4000), b"")
    assert caught.value.title == "The name is too long"
    assert len(caught.value.message) < 600


def a_deep_folder(top: Path, depth: int) -> None:
    """So many folders within each other, a file in the last; the whole path is short enough."""
    top.mkdir()
    handle = os.open(top, os.O_RDONLY)
    for _level in range(depth):
        os.mkdir("a", dir_fd=handle)
        below = os.open("a", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_folders_are_walked_however_deep_they_are(room: Path) -> None:
    a_deep_folder(room / "top", 1_200)
    walked = [(folders, names) for _place, folders, names in tree.walk(room / "top")]
    assert walked == [*[(["a"], [])] * 1_200, ([], ["x"])]
    for _level in range(1_200):
        # Lift the inner folder up: whoever removes them all at once goes as deep.
        (room / "top").rename(room / "old")
        (room / "old/a").rename(room / "top")
        (room / "old").rmdir()


def test_folders_are_walked_as_by_the_system(tmp_path: Path) -> None:
    for one in ("b/c/x", "b/y", "a/z", ".h/x"):
        (tmp_path / one).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one).write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    assert list(tree.walk(tmp_path)) == list(os.walk(tmp_path))
    through = {place for place, _folders, _names in tree.walk(tmp_path, through_links=True)}
    assert through == {place for place, *_rest in os.walk(tmp_path, followlinks=True)}
    pruned = []
    for place, folders, _names in tree.walk(tmp_path):
        pruned.append(place)
        folders[:] = [name for name in folders if name == "b"]
    assert pruned == [str(tmp_path), str(tmp_path / "b")]


def test_nobody_walks_by_another_way() -> None:
    for name, source in texts_with("walk", "rglob"):
        for node in nodes(parsed(source)):
            if isinstance(node, ast.Attribute) and node.attr in ("walk", "rglob", "fwalk"):
                ours = node.attr == "walk" and ast.unparse(node.value) == "tree"
                assert ours, f"{name}:{node.lineno}: use tree.walk"
