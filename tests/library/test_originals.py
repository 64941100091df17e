"""Access to a library's files: plain names only, and through no link."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import directory_handles, files, paths
from studio.common.errors import StorageError
from studio.domain.entities import Picture, Reference, new_id
from studio.generation.journal import Journal
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN, Originals
from studio.library.files.thumbnails import ThumbnailStore
from studio.library.log import daily_copies, record_log, records
from studio.library.operations import relink
from tests.fake_service import tiny_png
from tests.library.builders import a_job, a_picture, opened, take

OUTSIDE = [
    "", "/etc/passwd", "../a.png", "2026-11/../../a.png", "a//b.png", "./a.png", "2026-11/.",
    "2026-11/", "C:a.png", "C:/a.png", "C:\\a.png", "\\\\server\\share\\a.png", "..\\a.png",
    "2026-11/a\0.png", "2026-11/" + "a" * 256, ".gridbrush/id", ".GridBrush/records/x",
    ".gridbrush./x", ".grid\u200bbrush/x", "GRIDBR~1/x", "\ud800",
]  # fmt: skip

links = pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right there")


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_other_than_a_plain_path_is_an_original(path: str, tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    picture = a_picture(path=path)
    assert not inside.is_original(path)
    assert originals.find(picture) is None
    with pytest.raises(StorageError, match="Invalid file name"):
        originals.path(picture)
    with pytest.raises(StorageError, match="Invalid file name"):
        originals.place(tmp_path / "part", path, "0" * 64)


@pytest.mark.parametrize(
    "path",
    ["2026-11/a-1234.png", "my own/ä b.png", ".hidden/a.png", "a.png", "2026-11/at 12:30.png",
     "2026-11/...png", "2026-11/one\ntwo.png"],
)  # fmt: skip
@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_that_people_give_are_plain(path: str, tmp_path: Path) -> None:
    assert inside.is_original(path)
    assert Originals(tmp_path).path(a_picture(path=path)) == tmp_path / path


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, value) for field in ("id", "path", "sha256") for value in ("../../x", "/x", "")),
        *((field, value) for field in ("id", "sha256") for value in ("*", "0" * 64 + "\n")),
        *(("sha256", value) for value in ("A" * 64, "0" * 63)),
    ],
)
def test_a_record_with_such_a_name_is_no_record(field: str, value: str) -> None:
    picture = a_picture(**{field: value})
    assert _understood(records.imported([picture])) == ()
    moved = records.change("path", [("../x", [new_id()])], [("a.png", [new_id()])])
    with pytest.raises(ValueError, match="nothing is left"):
        record_log.decode(records.encode(moved))


def _understood(record: records.Record) -> tuple[Picture, ...]:
    """The pictures that are taken of a record."""
    try:
        return tuple(record_log.decode(records.encode(record)).pictures)
    except ValueError:
        return ()


def test_a_hash_that_is_none_names_no_file(tmp_path: Path) -> None:
    (tmp_path / HIDDEN / "inputs").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    originals = Originals(tmp_path)
    for wrong in ("../../secret", "*", "?" * 64, "[0-9]" * 12, str(tmp_path / "secret")):
        with pytest.raises(StorageError, match="missing"):
            originals.input_path(Reference(sha256=wrong, media_type="image/png"))
        with pytest.raises(StorageError, match="missing"):
            originals.turn(wrong)


def test_a_thumbnail_stays_among_the_thumbnails(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "thumbnails")
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(b"mine")
    for wrong in ("../../../mine", str(tmp_path / "mine")):
        store.store_thumbnail(wrong, 256, b"\xff\xd8other\xff\xd9")
        assert store.get(wrong, 256) == b"\xff\xd8other\xff\xd9"
        store.remove(wrong)
    assert mine.read_bytes() == b"mine"
    assert {path.parent.name for path in tmp_path.rglob("*.jpg")} == {tmp_path.name}


@links
async def test_a_picture_that_is_a_link_is_neither_read_moved_nor_passed_on(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(tiny_png())
    async with opened(tmp_path) as library:
        picture = await take(library)
        place = library.path(picture)
        place.unlink()
        place.symlink_to(secret)
        assert library.originals.find(picture) is None
        with pytest.raises(StorageError, match="link"):
            library.path(picture)
        with pytest.raises(OSError, match="symbolic links"):
            library.originals.open(place)
        await library.trash([picture.id])
    assert secret.is_file()


async def test_many_are_reached_as_each_is(tmp_path: Path) -> None:
    """In place, in the trash, not there, in no folder, and in a deep one."""
    originals = Originals(tmp_path)
    deep, flat = a_picture(path="a/b/c.png"), a_picture(path="d.png")
    trashed, missing = a_picture(path="a/t.png", trashed=True), a_picture(path="e/f.png")
    waiting = a_picture(path="a/w.png", trashed=True)
    for one in (deep, flat, trashed):
        place = originals.path(one)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")
    (tmp_path / "a" / "w.png").write_bytes(b"not moved to the trash yet")
    every = [deep, flat, trashed, missing, waiting]
    assert originals.reach_all(every) == [originals.reach(one) for one in every]
    assert originals.reach_all([missing]) == [tmp_path / "e" / "f.png"]
    assert originals.reach_all([]) == []


@links
@pytest.mark.parametrize("wrong", ["link.png", "folder/secret.png", "../secret.png", "a\\b.png"])
def test_no_link_is_reached_among_many(tmp_path: Path, wrong: str) -> None:
    library, other = tmp_path / "library", tmp_path / "other"
    for folder in (library / "a", other):
        folder.mkdir(parents=True)
    for file in (library / "a" / "b.png", other / "secret.png", tmp_path / "secret.png"):
        file.write_bytes(b"x")
    (library / "link.png").symlink_to(tmp_path / "secret.png")
    (library / "folder").symlink_to(other)
    originals = Originals(library)
    good = a_picture(path="a/b.png")
    with pytest.raises(StorageError):
        originals.reach_all([good, a_picture(path=wrong), good])


@links
async def test_no_file_goes_through_a_folder_that_is_a_link(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with opened(tmp_path) as library:
        picture = await take(library)
        folder = library.path(picture).parent
        name = library.path(picture).name
        shutil.move(folder / name, other / name)
        folder.rmdir()
        folder.symlink_to(other)
        before = sorted(other.iterdir())
        originals, part = library.originals, library.folder / "part"
        part.write_bytes(b"x")
        for act in (
            lambda: originals.move(folder / name, library.folder / "away.png"),
            lambda: originals.place(part, f"{folder.name}/new.png", "0" * 64),
            lambda: files.remove(folder / name, within=library.folder),
            lambda: files.replace(folder / name, b"x", within=library.folder),
            lambda: files.ensure_folder(folder / "new", within=library.folder),
        ):
            with pytest.raises(StorageError, match="link"):
                act()
        assert originals.find(picture) is None
        assert sorted(other.iterdir()) == before


@links
@pytest.mark.parametrize("name", ["", "id", "lock", "journal", "copies", "records/2026-11.jsonl"])
@pytest.mark.parametrize("write", [True, False])
async def test_a_library_whose_hidden_parts_are_links_is_not_opened(
    tmp_path: Path, name: str, write: bool
) -> None:
    mine = tmp_path / "mine"
    (mine / "2020-01-01").mkdir(parents=True)
    (mine / "2020-01-01/queued.json").write_text("mine")
    async with opened(tmp_path / "home") as library:
        await take(library)
    hidden = tmp_path / "home/library" / HIDDEN
    place = hidden / name
    shutil.rmtree(place, ignore_errors=True)
    place.unlink(missing_ok=True)
    place.symlink_to(mine if "." not in name else mine / "2020-01-01/queued.json")
    with pytest.raises(StorageError, match="other folders"):
        await Core.open(paths.find(tmp_path / "home"), CoreOptions(), write=write, environ={})
    assert (mine / "2020-01-01/queued.json").read_text() == "mine"
    assert sorted(p.name for p in mine.iterdir()) == ["2020-01-01"]


@links
def test_a_link_in_the_journal_stays_and_so_does_what_it_leads_to(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    journal = Journal(tmp_path / "journal")
    entry = journal.queue(a_job())
    (journal.folder / new_id()).symlink_to(mine)
    entry.body.symlink_to(mine / "letter.txt")
    assert journal.recover() == []
    assert [path for path, _why in journal.unreadable] == [entry.folder]
    assert (mine / "letter.txt").read_text() == "mine"


@links
def test_copies_behind_a_link_are_nobodys(tmp_path: Path) -> None:
    for day in range(20):
        (tmp_path / f"mine/2020-01-{day + 1:02}").mkdir(parents=True)
    (tmp_path / "library" / HIDDEN).mkdir(parents=True)
    (tmp_path / "library" / HIDDEN / "copies").symlink_to(tmp_path / "mine")
    assert daily_copies.every(tmp_path / "library") == []


@links
def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
    assert not directory_handles.is_file(tmp_path, tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        directory_handles.open_file(tmp_path, tmp_path / "pipe")


async def test_a_list_of_an_import_from_elsewhere_moves_nothing_of_the_users(
    tmp_path: Path,
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("mine")
    async with opened(tmp_path) as library:
        folder = library.folder / HIDDEN / "importing"
    coming = tiny_png()
    for change in (
        {"id": str(letter)},
        {"id": f"../../../../{letter.name}"},
        {"path": str(tmp_path / "x.png")},
        {"path": "../x.png"},
        {"sha256": "../x"},
    ):
        one = folder / new_id()
        one.mkdir(parents=True)
        picture = a_picture(**change)
        (one / "pictures.json").write_bytes(msgspec.json.encode([picture]))
        (one / new_id()).write_bytes(coming)
    async with opened(tmp_path) as library:
        assert await library.every() == []
    assert letter.read_text() == "mine"
    assert not (tmp_path / "x.png").exists()
    assert not list(folder.glob("*"))


async def test_a_list_of_an_emptying_from_elsewhere_deletes_nothing_of_the_users(
    tmp_path: Path,
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("mine")
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.trash([picture.id])
        library.store.append(
            records.change("purged", [(True, [picture.id])], [(False, [picture.id])])
        )
    wrong = [str(letter), "../letter.txt", "../../../letter.txt", f"{HIDDEN}/id"]
    going = {"ids": [picture.id], "files": [[name, "../../letter"] for name in wrong]}
    plan = tmp_path / "library" / HIDDEN / "emptying" / f"{new_id()}.json"
    plan.parent.mkdir(parents=True)
    plan.write_bytes(msgspec.json.encode(going))
    async with opened(tmp_path):
        assert not plan.exists()
    assert letter.read_text() == "mine"
    assert (tmp_path / "library" / HIDDEN / "id").is_file()


@links
async def test_a_located_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    letter, found = tmp_path / "letter.txt", tmp_path / "found.png"
    letter.write_text("mine")
    async with opened(tmp_path) as library:
        picture = await take(library)
        place = library.path(picture)
        place.rename(found)
        place.with_name(f".{place.name}.part").symlink_to(letter)
        await relink.locate(library.store, picture, found)
        assert place.read_bytes() == found.read_bytes()
    assert letter.read_text() == "mine"
