"""Imports: copied, duplicates skipped, and never partially recorded."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studio.common import files, user_input
from studio.common.errors import StorageError
from studio.domain.events import PicturesAdded
from studio.imaging.decoder import PictureFacts
from studio.library.facade import Library
from studio.library.operations.import_ import (
    Import,
    ImportProgress,
    ImportResult,
    record_step,
    sentence,
)
from studio.library.operations.import_sources import ImportSources, gather
from studio.library.query import Query
from studio.library.stopped import Stopped
from tests.imaging import embedded
from tests.library.builders import heard, opened


def png(path: Path, colour: int, **texts: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    info = PngInfo()
    for name, words in texts.items():
        info.add_itxt(name, words)
    Image.new("RGB", (40 + colour, 30), (colour, 90, 60)).save(path, "PNG", pnginfo=info)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    png(folder / "a.png", 1, parameters="fog at sea\nSteps: 20, Seed: 5, Model: xl")
    png(folder / "below" / "b with space.png", 2)
    shutil.copy(folder / "a.png", folder / "below" / "twin.png")
    png(folder / ".hidden" / "c.png", 3)
    (folder / "notes.txt").write_text("no picture")
    (folder / "broken.png").write_bytes((folder / "a.png").read_bytes()[:120])
    return folder


def importing(library: Library) -> Import:
    return Import(library.store, library.decoder)


async def test_a_folder_is_copied_once_with_what_its_files_tell(
    tmp_path: Path, elsewhere: Path
) -> None:
    async with opened(tmp_path) as library:
        told: list[ImportProgress] = []
        result = await importing(library).run([elsewhere], told.append)
        assert (len(result.ids), result.known, result.described) == (2, 1, 1)
        ((path, why),) = result.unreadable
        assert path.endswith("broken.png")
        assert why
        assert told[0] == ImportProgress(found=4, done=0)
        assert told[-1] == ImportProgress(found=4, done=4)
        first, second = await library.find(result.ids)
        assert (first.prompt, first.model, first.seed) == ("fog at sea", "xl", 5)
        assert ("Steps", "20") in first.settings
        assert (second.title, second.imported) == ("b with space", "b with space.png")
        assert library.path(first).read_bytes() == (elsewhere / "a.png").read_bytes()
        assert (elsewhere / "a.png").exists()
        (event,) = [one for one in heard(library) if isinstance(one, PicturesAdded)]
        assert event.ids == result.ids
        assert list(await library.rows(Query(words="fog is:imported"))) == [first.row]
        again = await importing(library).run([elsewhere])
        assert (again.ids, again.known) == ((), 3)
        assert not list((library.folder / ".gridbrush/importing").iterdir())
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert [p.id for p in await library.find(result.ids)] == list(result.ids)


async def test_what_is_brought_in_costs_nothing_here(tmp_path: Path, elsewhere: Path) -> None:
    async with opened(tmp_path) as library:
        result = await importing(library).run([elsewhere])
        assert (await library.spend()).unknown == 0
        cost = await library.cost(result.ids)
        assert (cost.usd, cost.unknown) == (0.0, 0)


async def test_words_in_exif_and_xmp_are_found(tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 32), "teal")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "Möwe\nSteps: 9, Seed: 3".encode("utf-16-be")
    picture.save(tmp_path / "a.jpg", exif=exif)
    xmp = b"<dc:description><rdf:Alt><rdf:li>tide</rdf:li></rdf:Alt></dc:description>"
    picture.resize((33, 33)).save(tmp_path / "b.webp", xmp=xmp)
    async with opened(tmp_path) as library:
        result = await importing(library).run([tmp_path / "a.jpg", tmp_path / "b.webp"])
        one, two = await library.find(result.ids)
        assert (one.prompt, one.seed, two.prompt) == ("Möwe", 3, "tide")


async def test_text_stays_text(tmp_path: Path) -> None:
    hostile = json.dumps({"prompt": "../../x <b>&{home}", "seed": "__import__('os')"})
    path = png(tmp_path / "in" / "x.png", 9, gridbrush=hostile)
    async with opened(tmp_path) as library:
        result = await importing(library).run([path])
        (picture,) = await library.find(result.ids)
        assert picture.prompt == "../../x <b>&{home}"
        assert picture.seed is None
        assert library.path(picture).parent.parent == library.folder


async def test_the_library_itself_and_folders_in_circles_are_not_imported(
    tmp_path: Path, elsewhere: Path
) -> None:
    (elsewhere / "below" / "round").symlink_to(elsewhere, target_is_directory=True)
    found = gather([tmp_path], elsewhere / "below").files
    assert [path.name for path in found] == ["a.png", "broken.png"]
    assert len(gather([elsewhere], tmp_path / "library").files) == 4
    nowhere = gather([tmp_path / "nowhere"], tmp_path / "library")
    assert nowhere.files == ()
    assert nowhere.refused == ((str(tmp_path / "nowhere"), "File not found."),)


async def test_a_cancelled_import_keeps_what_was_taken(tmp_path: Path) -> None:
    many = tmp_path / "many"
    for n in range(45):
        png(many / f"{n:02d}.png", n)
    async with opened(tmp_path) as library:
        one = importing(library)
        task: asyncio.Task[object]

        def stop(progress: ImportProgress) -> None:
            if progress.done:
                task.cancel()

        task = asyncio.ensure_future(one.run([many], stop))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(one.result.ids) == 40
        assert len(await library.rows(Query())) == 40
    async with opened(tmp_path) as library:
        assert len((await importing(library).run([many])).ids) == 5


async def test_a_walk_without_end_ends_with_the_import(tmp_path: Path) -> None:
    begun, over = threading.Event(), threading.Event()

    def walking(_paths: object, _library: object, stopped: Callable[[], bool]) -> ImportSources:
        begun.set()
        while not stopped():
            over.wait(0.01)
        over.set()
        raise Stopped

    async with opened(tmp_path) as library:
        walk = Import(library.store, library.decoder, gather=walking)
        task = asyncio.ensure_future(walk.run([tmp_path]))
        assert await asyncio.to_thread(begun.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(over.wait, 60)


@pytest.mark.parametrize("inside", [1, 3])
def test_a_walk_stops_in_the_middle_of_a_folder(tmp_path: Path, inside: int) -> None:
    for n in range(4):
        png(tmp_path / "in" / f"{n}.png", n)
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > inside

    with pytest.raises(Stopped):
        gather([tmp_path / "in"], tmp_path / "library", stopped)
    assert len(asked) == inside + 1


async def test_a_file_that_cannot_be_read_half_way_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    png(folder / "a.png", 1)
    bad = png(folder / "b.png", 2)
    png(folder / "c.png", 3)
    real = user_input.blocks
    looked: list[Path] = []

    def failing(file: FileIO, path: Path, *, most: int) -> Iterator[bytes]:
        looked.append(path)
        if path == bad and looked.count(bad) == 2:
            raise user_input.unusable(path, OSError(errno.EIO, "Input/output error"))
        return real(file, path, most=most)

    monkeypatch.setattr(user_input, "blocks", failing)
    async with opened(tmp_path / "home") as library:
        result = await importing(library).run([folder])
        assert len(result.ids) == 2
        assert result.unreadable == ((str(bad), "It cannot be read: Input/output error."),)
        assert not list((library.folder / ".gridbrush/importing").iterdir())


async def test_what_is_beside_the_pixels_neither_keeps_a_file_out_nor_turns_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    words = "caf\u00e9 \u706f\u5854\nNegative prompt: b\nSteps: 4, Sampler: e, Seed: 6, Model: m"
    profile = zlib.compress(bytes(2_000_000))
    (folder / "a.png").write_bytes(
        embedded.png(
            [
                embedded.chunk(b"iCCP", b"p\0\0" + profile),
                embedded.text("workflow", b"x" * 1_500_000, "zTXt"),
                embedded.text("parameters", words.encode(), "tEXt"),
            ]
        )
    )
    turned = embedded.exif({0x0112: 99}, {0x9286: b"UNICODE\0" + words.encode()})
    (folder / "b.jpg").write_bytes(embedded.jpeg([embedded.segment(0xE1, b"Exif\0\0" + turned)]))
    async with opened(tmp_path) as library:
        result = await importing(library).run([folder])
        assert (len(result.ids), result.described, result.unreadable) == (2, 2, ())
        for picture in await library.find(result.ids):
            assert (picture.width, picture.height) == embedded.SIZE
            assert (picture.prompt, picture.seed, picture.model) == (
                "caf\u00e9 \u706f\u5854", 6, "m",
            )  # fmt: skip


class Glance:
    """Tells the same of every file, without a process."""

    async def describe(self, _path: Path) -> tuple[PictureFacts, dict[str, str]]:
        facts = PictureFacts(
            kind="png", media_type="image/png", width=40, height=30, colour=0, complete=True,
            alpha=False, animated=False,
        )  # fmt: skip
        return facts, {}


def glancing(library: Library) -> Import:
    return Import(library.store, Glance())  # type: ignore[arg-type]


def steps_of(tmp_path: Path, source: Path) -> int:
    steps: list[str] = []
    end = files.watch(lambda kind, _path: steps.append(kind))

    async def run() -> None:
        async with opened(tmp_path / "count") as library:
            await glancing(library).run([source])

    asyncio.run(run())
    end()
    return len(steps)


def test_an_import_that_fails_at_any_step_is_whole_or_can_be_done_again(tmp_path: Path) -> None:
    source = tmp_path / "source"
    png(source / "a.png", 1)
    png(source / "b.png", 2)
    for step in range(steps_of(tmp_path, source)):
        asyncio.run(_fail_at(tmp_path / f"{step}", source, step))


async def _fail_at(home: Path, source: Path, step: int) -> None:
    async with opened(home) as library:
        with _failing(step), contextlib.suppress(StorageError):
            await glancing(library).run([source])
    async with opened(home) as library:
        await glancing(library).run([source])
        pictures = await library.every()
        assert sorted(p.imported for p in pictures) == ["a.png", "b.png"], step
        assert all(library.path(picture).is_file() for picture in pictures)
        months = [path for path in library.folder.iterdir() if not path.name.startswith(".")]
        assert sum(len(list(month.iterdir())) for month in months) == 2, step


class _failing:  # noqa: N801 reads as what it does
    """From one durable step on, the disk takes nothing."""

    def __init__(self, step: int) -> None:
        self._left = step

    def __enter__(self) -> None:
        self._end = files.watch(self._watch)

    def __exit__(self, *_error: object) -> None:
        self._end()

    def _watch(self, kind: str, path: Path) -> None:
        self._left -= 1
        if self._left < 0 and kind != "remove":
            raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize(
    ("brought", "words"),
    [
        (ImportResult(ids=("a",)), "Imported 1"),
        (ImportResult(ids=("a", "b"), known=3), "Imported 2 · 3 duplicates skipped"),
        (ImportResult(known=1), "This picture is already in the library"),
        (ImportResult(known=5), "All 5 pictures are already in the library"),
        (
            ImportResult(known=2, unreadable=(("x.png", "broken"),)),
            "All 2 pictures are already in the library · 1 unreadable",
        ),
        (ImportResult(), "Imported 0"),
    ],
)
def test_what_came_is_said_in_words(brought: ImportResult, words: str) -> None:
    assert sentence(brought) == words


async def test_an_import_is_one_step_and_its_undo_moves_the_pictures_to_the_trash(
    tmp_path: Path, elsewhere: Path
) -> None:
    async with opened(tmp_path) as library:
        result = await importing(library).run([elsewhere])
        await record_step(library.store, result.ids)
        await library.rate(result.ids[:1], 2)
        assert (await library.collections.history())[1].sentence == "2 pictures imported"
        await library.undo()
        assert await library.undo() == "2 pictures moved to the trash"
        assert {one.trashed for one in await library.find(result.ids)} == {True}
        assert await library.undo() is None
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert {one.trashed for one in await library.find(result.ids)} == {True}
        assert await library.redo() == "2 pictures restored"
        assert {one.trashed for one in await library.find(result.ids)} == {False}
        assert [one.undone for one in await library.collections.history()] == [True, False]


async def test_tags_of_an_import_are_kept_by_later_changes(tmp_path: Path, elsewhere: Path) -> None:
    async with opened(tmp_path) as library:
        one = Import(library.store, library.decoder, tags=(" client  a", "client a", "kelp", ""))
        ids = (await one.run([elsewhere])).ids
        assert {picture.tags for picture in await library.find(ids)} == {("client a", "kelp")}
        assert len(await library.rows(Query(words="tag:kelp"))) == 2
        await library.tag(ids, add=["new"])
        assert {p.tags for p in await library.find(ids)} == {("client a", "kelp", "new")}
        await library.undo()
        assert {p.tags for p in await library.find(ids)} == {("client a", "kelp")}
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert {p.tags for p in await library.find(ids)} == {("client a", "kelp")}
        assert len(await library.rows(Query(words="tag:kelp"))) == 2
