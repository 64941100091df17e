"""A library is moved to another folder: by a rename, or by a verified copy."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from studio.common import files
from studio.common.errors import InputError, StorageError
from studio.library.facade import Library
from studio.library.operations import relocate
from studio.library.operations.verify import check
from studio.library.stopped import Stopped
from tests.library.builders import opened, take


def another_disk(_source: Path, target: Path) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link", str(target))


async def filled(home: Path) -> list[str]:
    async with opened(home) as library:
        pictures = [await take(library, prompt=f"lamp {n}") for n in range(3)]
        await library.rate([pictures[0].id], 4)
        await library.trash([pictures[1].id])
    return [picture.id for picture in pictures]


async def sound(library: Library, ids: list[str]) -> None:
    every = await library.every()
    assert [picture.id for picture in every] == ids
    assert (every[0].rating, every[1].trashed) == (4, True)
    assert (await check(library.store)).whole


@pytest.mark.parametrize("disk", ["same", "another"])
async def test_everything_is_in_the_new_place(tmp_path: Path, disk: str) -> None:
    ids = await filled(tmp_path)
    new = tmp_path / "elsewhere" / "library"
    told: list[bool] = []

    def settle() -> None:
        # The new one is whole when it is made the library's.
        told.append((new / ".gridbrush/id").is_file())

    if disk == "same":
        relocate.move(tmp_path / "library", new, settle)
    else:
        relocate.move(tmp_path / "library", new, settle, rename=another_disk)
    assert told == [True]
    assert not (tmp_path / "library").exists()
    (tmp_path / "elsewhere" / "data").symlink_to(tmp_path / "data")
    async with opened(tmp_path / "elsewhere") as library:
        await sound(library, ids)


async def test_a_copy_that_fails_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    ids = await filled(tmp_path)
    new = tmp_path / "elsewhere"
    count = 0

    def full(kind: str, path: Path) -> None:
        nonlocal count
        count += kind == "write" and "elsewhere" in str(path)
        if count == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    stop = files.watch(full)
    try:
        with pytest.raises(StorageError, match="full"):
            relocate.move(tmp_path / "library", new, pytest.fail, rename=another_disk)
    finally:
        stop()
    assert [one.name for one in tmp_path.iterdir() if "elsewhere" in one.name] == []
    async with opened(tmp_path) as library:
        await sound(library, ids)


@pytest.mark.parametrize("disk", ["same", "another"])
async def test_a_new_place_that_cannot_be_noted_down_is_none(tmp_path: Path, disk: str) -> None:
    ids = await filled(tmp_path)
    source, new = tmp_path / "library", tmp_path / "elsewhere"

    def settle() -> None:
        assert (new / ".gridbrush/id").is_file()
        raise StorageError("The settings could not be written")

    rename = Path.rename if disk == "same" else another_disk
    with pytest.raises(StorageError, match="settings"):
        relocate.move(source, new, settle, rename=rename)
    assert not new.exists()
    async with opened(tmp_path) as library:
        await sound(library, ids)


async def test_a_copy_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    ids = await filled(tmp_path)
    source, new = tmp_path / "library", tmp_path / "elsewhere"
    whole, told = relocate.size(source), list[int]()

    def half(done: int) -> None:
        told.append(done)
        if done > whole / 2:
            raise Stopped

    with pytest.raises(Stopped):
        relocate.move(source, new, pytest.fail, rename=another_disk, progress=half)
    assert [one.name for one in tmp_path.iterdir() if "elsewhere" in one.name] == []
    async with opened(tmp_path) as library:
        await sound(library, ids)
    whole = relocate.size(source)
    told.clear()
    relocate.move(source, new, lambda: None, rename=another_disk, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == whole == relocate.size(new)


async def test_places_that_cannot_be_are_refused(tmp_path: Path) -> None:
    await filled(tmp_path)
    library = tmp_path / "library"
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "a").touch()
    for target in (tmp_path / "taken", library, library / "2026-11" / "new"):
        with pytest.raises(InputError):
            relocate.move(library, target, pytest.fail)
    with pytest.raises(InputError, match="No library"):
        relocate.move(tmp_path / "taken", tmp_path / "new", pytest.fail)
    (tmp_path / "empty").mkdir()
    relocate.move(library, tmp_path / "empty", lambda: None)
    assert (tmp_path / "empty/.gridbrush/id").is_file()
