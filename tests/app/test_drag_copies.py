"""Copies for drags: what is handed out is what was asked for, or nothing."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.app.export import copy_cache, drag_copies
from studio.app.export.drag_copies import CopyBatch, CopyRequest, DragCopies
from studio.app.export.plan import ExportItem, make_plan
from studio.common import files
from studio.common.errors import PictureUnreadable, StorageError
from studio.domain.entities import Picture
from studio.domain.export import ExportFormat, ExportMetadata, ExportPreset
from studio.imaging.exporter import (
    ExportedPicture,
    Exporter,
    ExportTexts,
    NotExported,
    SourceFacts,
)
from studio.library.facade import Library
from tests.generation.earlier_process import full_disk
from tests.library.builders import a_picture
from tests.small_disk import small_disk

JPEG = ExportPreset(id="jpeg", format=ExportFormat.JPEG, pattern="{title}-{n}")
NAMED = ExportPreset(id="named", pattern="{title}")
PRESETS = (
    JPEG,
    replace(JPEG, id="small", quality=20),
    replace(JPEG, id="told", metadata=ExportMetadata.PROMPT),
    ExportPreset(id="png", format=ExportFormat.PNG, pattern="{title}"),
    NAMED,
)


def copy_of(path: Path, preset: ExportPreset, texts: ExportTexts | None) -> bytes:
    """The bytes of a copy: all that decides about them."""
    return repr((path.name, preset.format, preset.quality, texts)).encode()


class ScriptedCopies:
    """Stands for the exporting processes.

    Attributes:
        hook: awaited before each copy.
        began: files of which copies were begun.
    """

    def __init__(self, hook: Callable[[Path], Awaitable[None]] | None = None) -> None:
        self.hook = hook
        self.began: list[str] = []

    async def source(self, path: Path) -> SourceFacts:
        await asyncio.sleep(0)
        return SourceFacts(width=8, height=8, bits=16 if path.stem == "deep" else 8)

    async def export(
        self, path: Path, preset: ExportPreset, texts: ExportTexts | None
    ) -> ExportedPicture:
        self.began.append(path.stem)
        await asyncio.sleep(0)
        if self.hook is not None:
            await self.hook(path)
        if path.stem == "broken":
            raise PictureUnreadable("The picture cannot be read")
        if path.stem == "large":
            return ExportedPicture(data=b"", reason=NotExported.TOO_LARGE)
        return ExportedPicture(data=copy_of(path, preset, texts), width=8, height=8)


def made_in(home: Path, processes: ScriptedCopies, **limits: int) -> DragCopies:
    library = SimpleNamespace(folder=home / "library", path=lambda one: home / "library" / one.path)
    (home / "library").mkdir(exist_ok=True)
    cache = home / "cache" / "copies"
    return DragCopies(
        cast("Library", library), lambda: cast("Exporter", processes), cache, **limits
    )


def pictures(home: Path, *names: str) -> list[Picture]:
    found = []
    for name in names:
        path = home / "library" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"original {name}".encode())
        found.append(a_picture(title=name, path=path.name))
    return found


def asked(these: Sequence[Picture], preset: ExportPreset = JPEG) -> CopyRequest:
    return CopyRequest.of(these, preset, lambda _picture: "")


def expected(home: Path, request: CopyRequest) -> list[tuple[str, bytes]]:
    """Names and bytes of an export of these pictures with this preset."""
    from studio.app.export.metadata import texts_for

    preset = request.preset
    plan = make_plan([ExportItem(picture=one) for one in request.pictures], preset)
    return [
        (
            copy.name,
            (home / "library" / copy.picture.path).read_bytes()
            if preset.fixed
            else copy_of(
                Path(copy.picture.path),
                preset,
                texts_for(copy.picture, preset.metadata, preset.format),
            ),
        )
        for copy in plan.copies
    ]


def handed(paths: Sequence[Path] | None) -> list[tuple[str, bytes]] | None:
    return None if paths is None else [(one.name, one.read_bytes()) for one in paths]


# --- the wrong file never leaves -----------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("prepare"), st.booleans(), st.integers(0, 3)),
        st.tuples(st.just("preset"), st.integers(0, len(PRESETS) - 1)),
        st.tuples(st.just("retitle"), st.integers(0, 2), st.sampled_from(("a", "A", "b", "con"))),
        st.tuples(st.just("reorder")),
        st.tuples(st.just("leave out"), st.integers(0, 2)),
        st.tuples(st.just("tamper"), st.sampled_from(("write", "longer", "remove", "link"))),
        st.tuples(st.just("take")),
    ),
    min_size=2,
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_the_wrong_file_never_leaves(steps: list[tuple[object, ...]]) -> None:
    """Presets are changed, pictures edited, and files of the cache written over in between."""
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(_walk(Path(name), steps))


async def _walk(home: Path, steps: list[tuple[object, ...]]) -> None:
    copies = made_in(home, ScriptedCopies())
    every = pictures(home, "one", "two", "three")
    chosen, preset = every, JPEG
    batches: list[CopyBatch] = []
    taken = 0
    for what, *rest in steps:
        if what == "prepare":
            batch = copies.prepare(asked(chosen, preset), ahead=bool(rest[0]))
            batches.append(batch)
            for _turn in range(cast("int", rest[1]) * 20):
                await asyncio.sleep(0)
            if rest[1] == 3:
                await batch.wait_until_ended()
        elif what == "preset":
            preset = PRESETS[cast("int", rest[0])]
        elif what == "retitle":
            place = cast("int", rest[0]) % len(chosen)
            chosen = [
                replace(one, title=str(rest[1])) if at == place else one
                for at, one in enumerate(chosen)
            ]
        elif what == "reorder":
            chosen = chosen[::-1]
        elif what == "leave out" and len(chosen) > 1:
            chosen = [one for at, one in enumerate(chosen) if at != rest[0]]
        elif what == "tamper":
            # No other program knows a file before it is whole.
            for batch in batches:
                await batch.wait_until_ended()
            _tamper(home, str(rest[0]))
        elif what == "take":
            request = asked(chosen, preset)
            found = handed(copies.take_files(request))
            assert found is None or found == expected(home, request)
            taken += found is not None
    request = asked(chosen, preset)
    for _again in range(2):
        batch = await copies.make(request)
        assert batch.error is None
        if (paths := copies.take_files(request)) is not None:
            assert handed(paths) == expected(home, request)
            break
    else:
        raise AssertionError("a file that was changed is made anew")
    await copies.close()


def _tamper(home: Path, how: str) -> None:
    """What another program does to every file it was given."""
    for one in list((home / "cache").rglob("*.*")):
        if one.is_dir() or one.name.startswith("."):
            continue
        if how in ("write", "longer"):
            data = b"RETOUCHED" if how == "longer" else b"X" * one.stat().st_size
            one.write_bytes(data)
            os.utime(one, ns=(1, 1))  # even if the clock of the disk is coarse
        elif how == "remove":
            one.unlink()
        else:
            one.unlink()
            one.symlink_to(home / "library" / "one.png")


def test_requests_differ_by_whatever_may_be_in_the_files(tmp_path: Path) -> None:
    (one,) = pictures(tmp_path, "one")
    assert asked([one]) == asked([replace(one, row=7, seen=not one.seen)])
    assert hash(asked([one])) == hash(asked([replace(one, row=7)]))
    others = (
        asked([replace(one, title="two")]),
        asked([replace(one, rating=one.rating + 1)]),
        asked([replace(one, tags=("kelp",))]),
        asked([one, one]),
        asked([]),
        asked([one], replace(JPEG, quality=7)),
        CopyRequest.of([one], JPEG, lambda _picture: "Harbour"),
    )
    assert asked([one]) not in others
    assert asked([one]) != one


async def test_a_file_that_is_being_made_is_not_handed_out(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(path: Path) -> None:
        if path.stem == "two":
            await gate.wait()

    copies = made_in(tmp_path, ScriptedCopies(wait))
    request = asked(pictures(tmp_path, "one", "two"))
    seen: list[tuple[int, int]] = []
    copies.on_change = lambda batch: seen.append((batch.made, batch.total))
    batch = copies.prepare(request)
    while batch.made < 1:
        await asyncio.sleep(0)
    assert copies.take_files(request) is None
    assert (batch.made, batch.total, batch.ready) == (1, 2, False)
    gate.set()
    await batch.wait_until_ended()
    assert handed(copies.take_files(request)) == expected(tmp_path, request)
    assert seen == [(1, 2), (2, 2)]
    await copies.close()


async def test_what_was_handed_out_is_never_written_over(tmp_path: Path) -> None:
    """Another program may have it open: the new copies lie in another folder."""
    copies = made_in(tmp_path, ScriptedCopies())
    request = asked(pictures(tmp_path, "one"))
    await copies.make(request)
    (first,) = copies.take_files(request) or ()
    first.write_bytes(b"RETOUCHED IN PLACE")
    assert copies.take_files(request) is None
    await copies.make(request)
    (second,) = copies.take_files(request) or ()
    assert first.read_bytes() == b"RETOUCHED IN PLACE"
    assert handed([second]) == expected(tmp_path, request)
    assert (second.name, second.parent != first.parent) == (first.name, True)
    await copies.close()
    assert first.exists()
    assert second.exists()


async def test_two_pictures_of_one_title_get_two_names(tmp_path: Path) -> None:
    copies = made_in(tmp_path, ScriptedCopies())
    these = [replace(one, title="Dusk") for one in pictures(tmp_path, "one", "two")]
    request = asked([these[0], replace(these[1], title="DUSK")], NAMED)
    await copies.make(request)
    paths = copies.take_files(request)
    assert paths is not None
    assert [one.name for one in paths] == ["dusk.png", "dusk-2.png"]
    assert handed(paths) == expected(tmp_path, request)
    await copies.close()


# --- what cannot be copied -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("broken", "broken: "),
        ("deep", "deep: Not exported: more than 8 bits per colour"),
        ("large", "large: Not exported: too large for this format."),
    ],
)
async def test_one_picture_that_cannot_be_copied_holds_back_all(
    tmp_path: Path, name: str, words: str
) -> None:
    copies = made_in(tmp_path, ScriptedCopies())
    request = asked(pictures(tmp_path, "one", name, "two"))
    batch = await copies.make(request)
    assert isinstance(batch.error, PictureUnreadable)
    assert batch.error.message.startswith(words)
    assert copies.take_files(request) is None
    await copies.close()


async def test_after_a_full_disk_it_is_tried_again(tmp_path: Path) -> None:
    copies = made_in(tmp_path, ScriptedCopies())
    request = asked(pictures(tmp_path, "one", "two"))
    with full_disk(lambda kind, _path: kind == "write"):
        batch = await copies.make(request)
    assert isinstance(batch.error, StorageError)
    assert copies.take_files(request) is None
    batch = await copies.make(request)
    assert batch.error is None
    assert handed(copies.take_files(request)) == expected(tmp_path, request)
    await copies.close()


@pytest.mark.parametrize("kind", ["create", "write", "sync", "rename"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.ENOENT])
async def test_a_fault_at_any_write_hands_out_nothing_and_leaves_nothing_unfinished(
    tmp_path: Path, kind: str, number: int
) -> None:
    """The first copy is written, and the second meets a full disk, a lost right, a lost folder."""
    copies = made_in(tmp_path, ScriptedCopies())
    request = asked(pictures(tmp_path, "one", "two", "three"))
    met: list[Path] = []

    def fail(step: str, path: Path) -> None:
        if step == kind and tmp_path / "cache" in path.parents:
            met.append(path)
            if len(met) > 1:
                raise OSError(number, os.strerror(number))

    end = files.watch(fail)
    try:
        batch = await copies.make(request)
    finally:
        end()
    assert len(met) > 1
    assert isinstance(batch.error, StorageError)
    assert copies.take_files(request) is None
    left = [one.name for one in (tmp_path / "cache").rglob("*.*") if one.is_file()]
    assert [one for one in left if not one.endswith(".jpg") or one.startswith(".")] == []
    assert (await copies.make(request)).error is None
    assert handed(copies.take_files(request)) == expected(tmp_path, request)
    await copies.close()


async def test_a_cache_on_a_disk_that_is_really_full_hands_out_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "cache") as disk:
        copies = made_in(tmp_path, ScriptedCopies())
        request = asked(pictures(tmp_path, "one", "two"), NAMED)
        for one in request.pictures:
            (tmp_path / "library" / one.path).write_bytes(b"large" * 20_000)
        batch = await copies.make(request)
        assert isinstance(batch.error, StorageError)
        assert batch.error.title == "The disk is full"
        assert copies.take_files(request) is None
        assert [one for one in disk.rglob("*.*") if one.is_file()] == []
        small = asked(pictures(tmp_path, "three"))
        await copies.make(small)
        assert handed(copies.take_files(small)) == expected(tmp_path, small)
        await copies.close()


@pytest.mark.parametrize("place", ["cache", "cache/copies"])
async def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(b"a file of somebody")
    copies = made_in(tmp_path, ScriptedCopies())
    request = asked(pictures(tmp_path, "one"))
    batch = await copies.make(request)
    assert isinstance(batch.error, StorageError)
    assert copies.take_files(request) is None
    assert (tmp_path / place).read_bytes() == b"a file of somebody"
    await copies.close()


async def test_a_cache_that_is_emptied_meanwhile_is_made_anew(tmp_path: Path) -> None:
    """A program that cleans up removes it between two drags, and while copies are being made."""
    gate = asyncio.Event()

    async def wait(path: Path) -> None:
        if path.stem == "two":
            await gate.wait()

    copies = made_in(tmp_path, ScriptedCopies(wait))
    first = asked(pictures(tmp_path, "one"))
    await copies.make(first)
    shutil.rmtree(tmp_path / "cache")
    assert copies.take_files(first) is None
    await copies.make(first)
    assert handed(copies.take_files(first)) == expected(tmp_path, first)
    second = asked(pictures(tmp_path, "two"))
    batch = copies.prepare(second)
    while batch.folder is None:
        await asyncio.sleep(0)
    shutil.rmtree(tmp_path / "cache")
    gate.set()
    await batch.wait_until_ended()
    assert isinstance(batch.error, StorageError)
    assert batch.error.title == "The folder cannot be reached"
    await copies.make(second)
    assert handed(copies.take_files(second)) == expected(tmp_path, second)
    # Marked as in use by this process, as before.
    (session,) = (tmp_path / "cache" / "copies").iterdir()
    assert copy_cache.remove_old(tmp_path / "cache" / "copies") == 0
    assert not (session / "old").exists()
    await copies.close()


# --- ahead, within limits ------------------------------------------------------------------


async def test_another_selection_ends_what_is_made_ahead(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(_path: Path) -> None:
        await gate.wait()

    processes = ScriptedCopies(wait)
    copies = made_in(tmp_path, processes)
    many = pictures(tmp_path, *(f"p{number}" for number in range(12)))
    first = copies.prepare(asked(many[:10]), ahead=True)
    while len(processes.began) < drag_copies.LANES:
        await asyncio.sleep(0)
    second = copies.prepare(asked(many[10:]), ahead=True)
    gate.set()
    await first.wait_until_ended()
    await second.wait_until_ended()
    assert (first.made, second.ready) == (drag_copies.LANES, True)
    # It is asked for after all, and goes on where it was.
    batch = await copies.make(asked(many[:10]))
    assert batch is first
    assert batch.ready
    assert len(processes.began) == 12
    await copies.close()


async def test_ahead_ends_at_its_limits_and_a_drag_does_not(tmp_path: Path) -> None:
    copies = made_in(tmp_path, ScriptedCopies(), most_ahead=8, most_bytes=100)
    many = pictures(tmp_path, *(f"p{number}" for number in range(9)))
    large = copies.prepare(asked(many), ahead=True)
    assert not large.under_way
    some = copies.prepare(asked(many[:8]), ahead=True)
    await some.wait_until_ended()
    assert 0 < some.made < 8
    assert (await copies.make(asked(many))).ready
    assert (await copies.make(asked(many[:8]))).ready
    await copies.close()


async def test_unused_copies_are_removed_and_used_ones_stay(tmp_path: Path) -> None:
    copies = made_in(tmp_path, ScriptedCopies(), most_bytes=100)
    given, unused, last = (asked([one]) for one in pictures(tmp_path, "one", "two", "three"))
    await copies.make(given)
    used = copies.take_files(given)
    for request in (unused, last, asked(pictures(tmp_path, "four"))):
        await copies.make(request)
    assert copies.find(unused) is None
    assert used is not None
    await copies.close()
    left = [one for one in (tmp_path / "cache").rglob("*.jpg") if one.is_file()]
    assert left == list(used)


async def test_a_fault_of_the_program_is_raised_and_not_waited_for(tmp_path: Path) -> None:
    async def fail(_path: Path) -> None:
        raise ZeroDivisionError

    copies = made_in(tmp_path, ScriptedCopies(fail))
    with pytest.raises(ZeroDivisionError):
        await copies.make(asked(pictures(tmp_path, "one")))


async def test_nothing_is_made_after_the_end(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(_path: Path) -> None:
        await gate.wait()

    copies = made_in(tmp_path, ScriptedCopies(wait))
    batches: list[CopyBatch] = [copies.prepare(asked(pictures(tmp_path, "one", "two")))]
    await asyncio.sleep(0)
    await copies.close()
    assert not any(one.under_way for one in batches)
    assert list((tmp_path / "cache").rglob("*.jpg")) == []
