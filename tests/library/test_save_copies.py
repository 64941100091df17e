"""Copies of originals in the user's folders: complete or absent, never overwriting unasked."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import InputError, StorageError, StudioError
from studio.library.files import save_copies
from studio.library.operations import backup

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")


class SaveTarget:
    """A library with an original, a folder of the user's, and steps that can be made to fail."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.source = self.original("2026-11/lamp-0a1b2c3d.png", b"the original")
        self.folder = folder / "for the client"
        self.folder.mkdir()
        self.fail: dict[str, int] = {}
        self.meanwhile: Callable[[], object] = int

    def original(self, path: str, data: bytes) -> Path:
        """One more original, as the library writes it."""
        made = self.library / path
        files.replace(made, data)
        return made

    def step(self, kind: str, path: Path) -> None:
        """A durable step is about to be done."""
        if self.folder in path.parents and kind in self.fail:
            raise OSError(self.fail[kind], os.strerror(self.fail[kind]), str(path))
        if kind == "rename":
            self.meanwhile()

    def inside(self) -> dict[str, bytes]:
        """All that is in the user's folder, by name."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SaveTarget]:
    made = SaveTarget(tmp_path)
    end = files.watch(made.step)
    yield made
    end()


def save(disk: SaveTarget, *sources: Path, over: tuple[str, ...] = ()) -> list[str]:
    return [one.name for one in save_copies.save(sources, disk.folder, disk.library, over=over)]


def test_several_get_numbers_where_their_names_are_taken(disk: SaveTarget) -> None:
    other = disk.original("2026-11/boat-11111111.png", b"another")
    for name in (disk.source.name, "lamp-0a1b2c3d-2.png"):
        (disk.folder / name).write_bytes(b"MY RETOUCHED VERSION")
    assert save_copies.taken(disk.folder, [disk.source, other]) == [disk.source.name]
    assert save(disk, disk.source, other) == ["lamp-0a1b2c3d-3.png", other.name]
    assert disk.inside() == {
        disk.source.name: b"MY RETOUCHED VERSION",
        "lamp-0a1b2c3d-2.png": b"MY RETOUCHED VERSION",
        "lamp-0a1b2c3d-3.png": b"the original",
        other.name: b"another",
    }


def test_two_of_one_name_never_meet(disk: SaveTarget) -> None:
    other = disk.original(f"2026-10/{disk.source.name}", b"last month")
    (disk.folder / disk.source.name).write_bytes(b"old")
    save(disk, disk.source, other, over=(disk.source.name,))
    assert disk.inside() == {
        disk.source.name: b"the original",
        "lamp-0a1b2c3d-2.png": b"last month",
    }


def test_only_what_the_user_was_asked_about_is_replaced(disk: SaveTarget) -> None:
    (disk.folder / disk.source.name).write_bytes(b"came after the question")
    save(disk, disk.source, over=("another.png",))
    assert disk.inside()[disk.source.name] == b"came after the question"


WAYS: dict[str, Callable[[SaveTarget, Path], object]] = {
    "over a file": lambda disk, target: save_copies.save_as(disk.source, target, disk.library),
    "beside it": lambda disk, target: save_copies.save_into(
        disk.source, target.parent, disk.library
    ),
}


@pytest.mark.parametrize("kind", ["create", "write", "sync", "rename"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_fails_at_any_step_leaves_the_old_file_and_no_rubbish(
    disk: SaveTarget, kind: str, number: int, way: str
) -> None:
    target = disk.folder / disk.source.name
    target.write_bytes(b"MY RETOUCHED VERSION")
    disk.fail[kind] = number
    with pytest.raises(StorageError) as caught:
        WAYS[way](disk, target)
    assert disk.inside() == {disk.source.name: b"MY RETOUCHED VERSION"}
    assert "for the client" in caught.value.message
    assert ".new" not in caught.value.message, "the user knows no such file"


def test_a_file_that_comes_while_one_is_saved_is_not_written_over(disk: SaveTarget) -> None:
    target = disk.folder / "poster.png"

    def appear() -> None:
        target.write_bytes(b"another program's")

    disk.meanwhile = appear
    with pytest.raises(StorageError, match="already in use"):
        save_copies.save_as(disk.source, target, disk.library)
    assert disk.inside() == {"poster.png": b"another program's"}


def test_a_folder_that_vanished_is_reported_and_not_made_anew(disk: SaveTarget) -> None:
    disk.folder.rmdir()
    for act in (
        lambda: save_copies.save_as(disk.source, disk.folder / "a.png", disk.library),
        lambda: save_copies.save_into(disk.source, disk.folder, disk.library),
    ):
        with pytest.raises(StorageError, match="cannot be reached"):
            act()
    assert not disk.folder.exists()


def test_a_folder_that_vanishes_in_the_middle_is_reported(disk: SaveTarget) -> None:
    def vanish() -> None:
        for one in disk.folder.iterdir():
            one.unlink()
        disk.folder.rmdir()

    disk.meanwhile = vanish
    with pytest.raises(StorageError, match="cannot be reached"):
        save_copies.save_into(disk.source, disk.folder, disk.library)
    assert not disk.folder.exists()


@posix
def test_what_is_no_file_is_not_written_over(disk: SaveTarget) -> None:
    (disk.folder / "folder.png").mkdir()
    if sys.platform != "win32":
        os.mkfifo(disk.folder / "pipe.png")
    for name in ("folder.png", "pipe.png"):
        with pytest.raises(StorageError):
            save_copies.save_as(disk.source, disk.folder / name, disk.library)
    assert {one.name for one in disk.folder.iterdir()} == {"folder.png", "pipe.png"}
    assert stat.S_ISFIFO((disk.folder / "pipe.png").stat().st_mode)


@posix
def test_a_link_is_replaced_and_what_it_leads_to_stays(disk: SaveTarget) -> None:
    precious = disk.folder / "precious.png"
    precious.write_bytes(b"MY RETOUCHED VERSION")
    for name, leads_to in (("to.png", precious), ("dangling.png", "nowhere.png")):
        (disk.folder / name).symlink_to(leads_to)
        save_copies.save_as(disk.source, disk.folder / name, disk.library)
        assert not (disk.folder / name).is_symlink()
        assert (disk.folder / name).read_bytes() == b"the original"
    assert precious.read_bytes() == b"MY RETOUCHED VERSION"
    assert not (disk.folder / "nowhere.png").exists()


@posix
def test_a_dangling_link_has_a_name_of_its_own(disk: SaveTarget) -> None:
    (disk.folder / disk.source.name).symlink_to("nowhere.png")
    assert save_copies.taken(disk.folder, [disk.source]) == [disk.source.name]
    assert save(disk, disk.source) == ["lamp-0a1b2c3d-2.png"]
    assert not (disk.folder / "nowhere.png").exists()


def test_nothing_of_the_library_is_written_over(disk: SaveTarget) -> None:
    other = disk.original("2026-11/boat-11111111.png", b"another")
    with pytest.raises(InputError, match="overwrite its own"):
        save_copies.save_as(disk.source, disk.source, disk.library)
    with pytest.raises(InputError, match="library"):
        save_copies.save_as(disk.source, other, disk.library)
    with pytest.raises(InputError, match="belongs to the library"):
        save_copies.save_as(disk.source, disk.library / ".gridbrush" / "id", disk.library)
    with pytest.raises(InputError, match="belongs to the library"):
        save_copies.save_into(disk.source, disk.library / ".gridbrush" / "records", disk.library)
    assert disk.source.read_bytes() == b"the original"
    assert other.read_bytes() == b"another"


@posix
def test_nothing_of_the_library_is_written_over_by_another_way(disk: SaveTarget) -> None:
    way = disk.folder / "way"
    way.symlink_to(disk.source.parent, target_is_directory=True)
    with pytest.raises(InputError):
        save_copies.save_as(disk.source, way / disk.source.name, disk.library)
    assert disk.source.read_bytes() == b"the original"


def test_pictures_saved_into_their_own_folder_get_numbers(disk: SaveTarget) -> None:
    copy = save_copies.save_into(disk.source, disk.source.parent, disk.library)
    assert copy.name == "lamp-0a1b2c3d-2.png"
    assert disk.source.read_bytes() == copy.read_bytes() == b"the original"


@posix
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_copies_have_the_mode_of_a_new_file(disk: SaveTarget, umask: int, mode: int) -> None:
    assert stat.S_IMODE(disk.source.stat().st_mode) == 0o600
    old = disk.folder / "old.png"
    old.write_bytes(b"old")
    old.chmod(0o600)
    before = os.umask(umask)
    try:
        save_copies.save_as(disk.source, disk.folder / "new.png", disk.library)
        save_copies.save_as(disk.source, old, disk.library)
        save_copies.save_into(disk.source, disk.folder, disk.library)
        save_copies.make_folder(disk.folder / "more")
        save_copies.make_usual([disk.source])
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    for path in (disk.folder / "new.png", old, disk.folder / disk.source.name, disk.source):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE((disk.folder / "more").stat().st_mode) == 0o777 & ~umask


@posix
def test_a_mode_that_somebody_chose_stays(disk: SaveTarget) -> None:
    disk.source.chmod(0o440)
    save_copies.make_usual([disk.source, disk.folder / "nowhere.png"])
    assert stat.S_IMODE(disk.source.stat().st_mode) == 0o440


@posix
def test_a_disk_on_which_a_file_has_one_name_only(
    disk: SaveTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_names: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (disk.folder / disk.source.name).write_bytes(b"MY RETOUCHED VERSION")
    assert save(disk, disk.source) == ["lamp-0a1b2c3d-2.png"]
    assert disk.inside() == {
        disk.source.name: b"MY RETOUCHED VERSION",
        "lamp-0a1b2c3d-2.png": b"the original",
    }
    mode = (disk.folder / "lamp-0a1b2c3d-2.png").stat().st_mode
    assert stat.S_IMODE(mode) == save_copies.usual_mode()


@pytest.mark.parametrize("name", ["a" * 251 + ".png", "ä" * 125 + "b.png"])
def test_a_name_that_just_fits_can_be_saved_and_numbered(disk: SaveTarget, name: str) -> None:
    source = disk.original(f"2026-11/{name}", b"long")
    saved = save(disk, source, source)
    assert saved[0] == name
    assert len(os.fsencode(saved[1])) <= 255
    assert saved[1].endswith("-2.png")


def test_a_name_that_is_too_long_is_reported(disk: SaveTarget) -> None:
    with pytest.raises(StorageError, match="too long"):
        save_copies.save_as(disk.source, disk.folder / ("a" * 300 + ".png"), disk.library)
    assert disk.inside() == {}


def test_an_original_that_is_gone_is_reported_and_leaves_nothing(disk: SaveTarget) -> None:
    target = disk.folder / disk.source.name
    target.write_bytes(b"MY RETOUCHED VERSION")
    disk.source.unlink()
    with pytest.raises(InputError, match="missing"):
        save_copies.save_as(disk.source, target, disk.library)
    assert disk.inside() == {disk.source.name: b"MY RETOUCHED VERSION"}


@posix
def test_an_original_that_cannot_be_read_is_not_told_as_a_full_disk(disk: SaveTarget) -> None:
    disk.source.unlink()
    disk.source.mkdir()
    with pytest.raises(StudioError, match="cannot be read"):
        save_copies.save_into(disk.source, disk.folder, disk.library)
    assert disk.inside() == {}


@pytest.mark.parametrize("kind", ["create", "append", "sync", "rename"])
@pytest.mark.parametrize("over", [True, False])
def test_a_backup_that_fails_leaves_the_one_before_and_no_rubbish(
    disk: SaveTarget, kind: str, over: bool
) -> None:
    before = {"last month.zip": b"last month's"}
    (disk.folder / "last month.zip").write_bytes(b"last month's")
    target = disk.folder / ("last month.zip" if over else "all.zip")
    disk.fail[kind] = errno.ENOSPC
    with pytest.raises(StorageError, match="disk is full") as caught:
        backup.write(disk.library, target, {}, over=over)
    assert str(target) in caught.value.message
    assert ".new" not in caught.value.message
    assert disk.inside() == before


def test_a_backup_writes_over_nothing_that_came_meanwhile(disk: SaveTarget) -> None:
    target = disk.folder / "all.zip"

    def appear() -> None:
        target.write_bytes(b"another program's")

    disk.meanwhile = appear
    with pytest.raises(StorageError, match="already in use"):
        backup.write(disk.library, target, {})
    assert disk.inside() == {"all.zip": b"another program's"}


def test_a_file_that_only_looks_like_a_backup_that_was_begun_stays(disk: SaveTarget) -> None:
    mine = disk.folder / ".all.zip.part"
    mine.write_bytes(b"mine")
    backup.write(disk.library, disk.folder / "all.zip", {})
    assert mine.read_bytes() == b"mine"
    assert set(disk.inside()) == {"all.zip", ".all.zip.part"}


@posix
def test_a_backup_leaves_what_a_link_leads_to_and_what_is_the_library_s(disk: SaveTarget) -> None:
    precious = disk.folder / "precious.zip"
    precious.write_bytes(b"last month's")
    link = disk.folder / "all.zip"
    link.symlink_to(precious)
    with pytest.raises(InputError):
        backup.write(disk.library, link, {})
    backup.write(disk.library, link, {}, over=True)
    assert precious.read_bytes() == b"last month's"
    assert not link.is_symlink()
    with pytest.raises(InputError):
        backup.write(disk.library, disk.source, {}, over=True)
    with pytest.raises(StorageError, match="folder"):
        backup.write(disk.library, disk.folder, {}, over=True)
    assert disk.source.read_bytes() == b"the original"


@posix
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_disk_that_cannot_make_names_durable_is_none_that_fails(
    disk: SaveTarget, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    sync = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    assert save(disk, disk.source) == [disk.source.name]
    assert set(disk.inside()) == {disk.source.name}
