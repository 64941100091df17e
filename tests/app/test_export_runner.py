"""Running exports: nothing is overwritten, and finished copies stay if others fail."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.app.export.plan import ExportItem, ExportNote, PlannedCopy, existing_names, make_plan
from studio.app.export.runner import ExportQueue, ExportRun, ExportState
from studio.common import files
from studio.common.errors import PictureUnreadable
from studio.domain.export import ORIGINALS, ConflictRule, ExportFormat, ExportPreset
from studio.imaging.exporter import ExportedPicture, Exporter, NotExported
from studio.library.facade import Library
from tests.app.test_export_plan import EXISTING, TITLES
from tests.library.builders import a_picture

PRESET = ExportPreset(id="t", format=ExportFormat.JPEG, pattern="{title}")

Hook = Callable[[Path], Awaitable[None]]


class ScriptedExporter:
    """Returns the name of a picture as the bytes of its copy."""

    def __init__(self, hook: Hook | None = None) -> None:
        self.hook = hook
        self.began: list[str] = []
        self.at_once = 0

    async def export(self, path: Path, _preset: object, _texts: object) -> ExportedPicture:
        self.began.append(path.stem)
        if self.hook is not None:
            await self.hook(path)
        if path.stem == "broken":
            raise PictureUnreadable("The picture cannot be read")
        if path.stem == "deep":
            return ExportedPicture(data=b"", reason=NotExported.SIXTEEN_BITS)
        return ExportedPicture(data=f"copy of {path.stem}".encode(), width=8, height=8)


def a_queue(home: Path, exporter: ScriptedExporter, **more: Any) -> ExportQueue:
    library = SimpleNamespace(folder=home / "library", path=lambda one: home / "library" / one.path)
    return ExportQueue(cast("Library", library), cast("Exporter", exporter), **more)


def items(*names: str) -> list[ExportItem]:
    return [ExportItem(picture=a_picture(title=one, path=f"2026-11/{one}.png")) for one in names]


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def told(run: ExportRun) -> str:
    """What stopped it; "" for nothing."""
    return "" if run.error is None else run.error.title


async def exported(
    home: Path, *names: str, preset: ExportPreset = PRESET, **more: Any
) -> tuple[ExportRun, ExportQueue]:
    out = home / "out"
    exporter = more.pop("exporter", None) or ScriptedExporter(more.pop("hook", None))
    ask = more.pop("ask", None)
    queue = a_queue(home, exporter, **more)
    run = queue.add(make_plan(items(*names), preset, existing_names(out)), out, ask)
    await queue.idle()
    return run, queue


@given(
    titles=st.lists(st.sampled_from(TITLES), min_size=1, max_size=6),
    more=st.lists(st.sampled_from(TITLES), max_size=4),
    existing=st.sets(st.sampled_from(EXISTING), max_size=4),
    rule=st.sampled_from(ConflictRule),
    number=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_nothing_is_ever_overwritten(
    titles: list[str], more: list[str], existing: set[str], rule: ConflictRule, *, number: bool
) -> None:
    """Two exports at once into one folder, in which files appear meanwhile."""
    preset = replace(PRESET, conflict=rule)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        out = home / "out"
        out.mkdir()
        for one in existing:
            (out / one).write_bytes(b"MINE")
        appeared: set[str] = set()
        plans = [make_plan(pictures(these), preset, existing) for these in (titles, more)]
        wanted = iter([one.name for plan in plans for one in plan.copies])

        async def appear(_path: Path) -> None:
            if (name := next(wanted, None)) is not None:
                with contextlib.suppress(FileExistsError), (out / name).open("xb") as file:
                    file.write(b"MINE")
                    appeared.add(name)

        async def decide(_copy: PlannedCopy) -> ConflictRule:
            return ConflictRule.NUMBER if number else ConflictRule.SKIP

        async def run() -> list[ExportRun]:
            queue = a_queue(home, ScriptedExporter(appear))
            runs = [queue.add(plan, out, decide) for plan in plans]
            await queue.idle()
            return runs

        runs = asyncio.run(run())
        after = content(out)
        for one in existing | appeared:
            assert after.pop(one) == b"MINE"
        written = [one for run in runs for one in run.written]
        assert {one.path.name for one in written} == after.keys()
        assert len(written) == len(after)
        assert all(data.startswith(b"copy of ") for data in after.values())
        assert sum(run.finished for run in runs) == len(titles) + len(more)
        assert all(run.state is ExportState.DONE and not run.failed for run in runs)


def pictures(titles: list[str]) -> list[ExportItem]:
    return [
        ExportItem(picture=a_picture(title=one, prompt="", path=f"2026-11/p{number}.png"))
        for number, one in enumerate(titles)
    ]


async def test_unreadable_pictures_are_listed_and_the_others_are_written(tmp_path: Path) -> None:
    run, _queue = await exported(tmp_path, "a", "broken", "deep", "b")
    assert run.state is ExportState.DONE
    assert sorted(content(tmp_path / "out")) == ["a.jpg", "b.jpg"]
    assert {one.copy.picture.title for one in run.failed} == {"broken", "deep"}
    assert any("8 bits" in one.error.message for one in run.failed)
    assert run.finished == run.total == 4


async def test_originals_are_copied_bit_for_bit_and_missing_ones_are_listed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "library" / "2026-11"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"\x89PNG of a")
    run, _queue = await exported(tmp_path, "a", "gone", preset=ORIGINALS)
    assert content(tmp_path / "out") == {"a.png": b"\x89PNG of a"}
    assert [one.copy.picture.title for one in run.failed] == ["gone"]
    assert run.state is ExportState.DONE


@pytest.mark.parametrize("step", ["create", "write", "sync", "rename"])
async def test_a_full_disk_stops_the_export_and_it_can_be_resumed(
    tmp_path: Path, step: str
) -> None:
    out = tmp_path / "out"
    names = [f"p{n}" for n in range(9)]

    def full(kind: str, path: Path) -> None:
        if kind == step and out in path.parents and len(list(out.glob("p*.jpg"))) >= 3:
            raise OSError(28, "No space left on device", str(path))

    end = files.watch(full)
    try:
        run, queue = await exported(tmp_path, *names)
    finally:
        end()
    assert run.stopped
    assert told(run) == "The disk is full"
    done = {one.path.name for one in run.written}
    assert 3 <= len(done) < 9
    assert set(content(out)) == done, "nothing half-written is left"
    queue.resume(run)
    await queue.idle()
    assert run.state is ExportState.DONE
    assert told(run) == ""
    assert content(out) == {f"{one}.jpg": f"copy of {one}".encode() for one in names}


async def test_a_folder_that_is_removed_stops_the_export(tmp_path: Path) -> None:
    out = tmp_path / "out"

    async def remove(path: Path) -> None:
        if path.stem == "p3":
            out.rename(tmp_path / "elsewhere")

    run, _queue = await exported(tmp_path, *[f"p{n}" for n in range(9)], hook=remove)
    assert run.stopped
    assert told(run) == "The folder cannot be reached"
    names = {name for name in content(tmp_path / "elsewhere") if not name.startswith(".")}
    assert names >= {one.path.name for one in run.written}
    assert len(names) < run.total
    assert not out.exists()


async def test_the_hidden_folder_of_the_library_is_refused(tmp_path: Path) -> None:
    hidden = tmp_path / "library" / ".gridbrush" / "inputs"
    queue = a_queue(tmp_path, ScriptedExporter())
    run = queue.add(make_plan(items("a"), PRESET), hidden)
    await queue.idle()
    assert run.stopped
    assert "belongs to the library" in told(run)
    assert not hidden.exists()


async def test_stop_keeps_what_is_done_and_resume_does_the_rest(tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(8)]
    waiting = asyncio.Event()
    exporter = ScriptedExporter()

    async def hold(_path: Path) -> None:
        if len(exporter.began) > 3:
            waiting.set()
            await asyncio.Event().wait()

    exporter.hook = hold
    queue = a_queue(tmp_path, exporter)
    out = tmp_path / "out"
    run = queue.add(make_plan(items(*names), PRESET), out)
    await waiting.wait()
    queue.stop(run)
    await queue.idle()
    assert run.stopped
    assert run.error is None
    kept = content(out)
    assert set(kept) == {one.path.name for one in run.written}
    assert len(kept) < len(names)
    exporter.hook = None
    (out / "p7.jpg").write_bytes(b"MINE")
    queue.resume(run)
    queue.resume(run)
    await queue.idle()
    assert run.state is ExportState.DONE
    assert len(run.written) == len(names)
    after = content(out)
    assert after.pop("p7.jpg") == b"MINE"
    assert after.pop("p7-2.jpg") == b"copy of p7"
    assert set(after) == {f"{one}.jpg" for one in names[:7]}


async def test_a_second_export_waits_for_the_first(tmp_path: Path) -> None:
    exporter = ScriptedExporter()
    queue = a_queue(tmp_path, exporter)
    out = tmp_path / "out"
    first = queue.add(make_plan(items("a", "b"), PRESET), out)
    second = queue.add(make_plan(items("c", "a"), PRESET), out)
    third = queue.add(make_plan(items("d"), PRESET), out)
    assert second.state is ExportState.WAITING
    queue.stop(third)
    await queue.idle()
    assert exporter.began == ["a", "b", "c", "a"]
    assert set(content(out)) == {"a.jpg", "b.jpg", "c.jpg", "a-2.jpg"}
    assert (first.state, second.state) == (ExportState.DONE, ExportState.DONE)
    assert third.stopped
    queue.resume(third)
    await queue.idle()
    assert (out / "d.jpg").is_file()


async def test_stopped_exports_are_kept_until_they_are_resumed_or_dropped(tmp_path: Path) -> None:
    queue = a_queue(tmp_path, ScriptedExporter())
    out = tmp_path / "out"
    runs = [queue.add(make_plan(items(one), PRESET), out) for one in ("a", "b", "c", "d")]
    first, second, third, last = runs
    for one in (first, second, third):
        queue.stop(one)
    assert list(queue.stopped) == [third, second, first]
    await queue.idle()
    assert last.state is ExportState.DONE
    assert list(queue.stopped) == [third, second, first]
    queue.drop(second)
    queue.drop(last)
    assert list(queue.stopped) == [third, first]
    queue.resume(first)
    assert list(queue.stopped) == [third]
    another = queue.add(make_plan(items("e"), PRESET), out)
    queue.drop(another)
    await queue.idle()
    assert set(content(out)) == {"a.jpg", "d.jpg"}
    assert list(queue.stopped) == [third]


async def test_progress_is_published_for_every_copy(tmp_path: Path) -> None:
    seen: list[tuple[ExportState, int]] = []
    await exported(
        tmp_path, "a", "broken", on_change=lambda run: seen.append((run.state, run.finished))
    )
    assert seen[0] == (ExportState.WAITING, 0)
    assert [finished for _state, finished in seen] == sorted(one for _s, one in seen)
    assert seen[-1] == (ExportState.DONE, 2)


async def test_skip_leaves_what_exists_and_ask_asks_once_a_name(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "A.JPG").write_bytes(b"MINE")
    skipping = replace(PRESET, conflict=ConflictRule.SKIP)
    run, _queue = await exported(tmp_path, "a", "b", preset=skipping)
    assert [one.picture.title for one in run.skipped] == ["a"]
    asked: list[str] = []

    async def decide(copy: PlannedCopy) -> ConflictRule:
        asked.append(copy.name)
        return ConflictRule.NUMBER if copy.picture.title == "b" else ConflictRule.SKIP

    preset = replace(PRESET, conflict=ConflictRule.ASK)
    run, _queue = await exported(tmp_path, "a", "b", "c", preset=preset, ask=decide)
    assert sorted(asked) == ["a.jpg", "b.jpg"]
    assert sorted(content(out)) == ["A.JPG", "b-2.jpg", "b.jpg", "c.jpg"]
    assert ExportNote.ASK in run.plan.copies[0].notes
    # Nobody to ask: what exists is skipped.
    run, _queue = await exported(tmp_path, "a", "b", "c", preset=preset)
    assert len(run.skipped) == 3


async def test_stop_takes_a_question_back_and_asks_no_other(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in "ab":
        (out / f"{name}.jpg").write_bytes(b"MINE")
    asked: list[str] = []
    open_ = asyncio.Event()

    async def decide(copy: PlannedCopy) -> ConflictRule:
        asked.append(copy.name)
        if len(asked) == 1:
            open_.set()
            await asyncio.Event().wait()
        return ConflictRule.NUMBER

    queue = a_queue(tmp_path, ScriptedExporter())
    preset = replace(PRESET, conflict=ConflictRule.ASK)
    plan = make_plan(items("a", "b"), preset, ["a.jpg", "b.jpg"])
    run = queue.add(plan, out, decide)
    await open_.wait()
    queue.stop(run)
    await queue.idle()
    assert (run.state, asked) == (ExportState.STOPPED, ["a.jpg"])
    queue.resume(run)
    await queue.idle()
    assert asked == ["a.jpg", "a.jpg", "b.jpg"]
    assert sorted(content(out)) == ["a-2.jpg", "a.jpg", "b-2.jpg", "b.jpg"]


async def test_close_stops_everything(tmp_path: Path) -> None:
    began = asyncio.Event()

    async def hold(_path: Path) -> None:
        began.set()
        await asyncio.Event().wait()

    queue = a_queue(tmp_path, ScriptedExporter(hold))
    runs = [queue.add(make_plan(items(one), PRESET), tmp_path / "out") for one in "ab"]
    await began.wait()
    await queue.close()
    assert all(run.stopped and not run.written for run in runs)


async def test_a_queued_export_sees_the_names_of_the_one_before_in_any_case(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    queue = a_queue(tmp_path, ScriptedExporter())
    queue.add(make_plan(items("harbour"), PRESET), out)
    queue.add(make_plan(items("other"), replace(PRESET, pattern="Harbour")), out)
    await queue.idle()
    assert sorted(content(out)) == ["Harbour-2.jpg", "harbour.jpg"]
