"""Export from the window, with real pictures and real processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.app.export.runner import ExportRun, ExportState
from studio.common import files
from studio.domain.entities import Picture
from studio.domain.export import ConflictRule
from studio.imaging.exporter import Exporter
from studio.ui.controllers.export import ExportController
from studio.ui.dialogs.export import ExportDialog
from studio.ui.dialogs.export.conflict_question import ConflictQuestion
from tests.ui.answers import Answering, answer, labels
from tests.ui.windows import OpenedWindow, make, opened, until

PROMPT = "Lighthouse in {blue hour|heavy fog|first snow}"


def exports_of(window: OpenedWindow) -> ExportController:
    return window.built.exports.get()


async def shown(window: OpenedWindow, out: Path) -> ExportDialog:
    """The dialog with its preview, as the menu opens it."""
    window.core.settings.change(export_folder=str(out), export_preset="web-jpeg")
    window.actions_of.every["export"].trigger()
    dialog = exports_of(window).dialog
    assert dialog is not None
    await until(window.core, lambda: dialog.form.preset.id == "web-jpeg", "presets")
    await measured(window, dialog)
    return dialog


async def measured(window: OpenedWindow, dialog: ExportDialog) -> None:
    """Wait until the sizes of the copies are known."""
    model = dialog.preview.copies

    def known() -> bool:
        return model.rowCount() > 0 and "≈" in spoken(dialog)[0]

    await until(window.core, known, "sizes")


def spoken(dialog: ExportDialog) -> list[str]:
    model = dialog.preview.copies
    return [str(model.data(model.index(row), 11)) for row in range(model.rowCount())]


def names(dialog: ExportDialog) -> list[str]:
    model = dialog.preview.copies
    return [str(model.data(model.index(row))) for row in range(model.rowCount())]


async def exported(window: OpenedWindow, dialog: ExportDialog) -> ExportRun:
    """Press Export; the export when it has ended."""
    exports = exports_of(window)
    before = dialog.foot.run
    dialog.foot.export.click()

    def ended() -> bool:
        run = dialog.foot.run
        ends = (ExportState.DONE, ExportState.STOPPED)
        return run is not None and run is not before and run.state in ends

    await until(window.core, ended, "export")
    await window.core.exports.queue.idle()
    await until(window.core, dialog.foot.export.isEnabled, "ready again")
    run = dialog.foot.run
    assert run is not None
    assert exports.dialog is dialog
    return run


class Held:
    """Holds every picture that is being encoded until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = asyncio.Event()
        self.began = 0
        export: Callable[..., Awaitable[object]] = Exporter.export

        async def held(exporter: Exporter, *args: object) -> object:
            self.began += 1
            await self.go.wait()
            return await export(exporter, *args)

        monkeypatch.setattr(Exporter, "export", held)


async def test_what_the_preview_says_is_what_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        planned = names(dialog)
        assert len(planned) == 3
        assert planned[0].endswith("-001.jpg")
        assert dialog.scope.value == "all"
        assert dialog.foot.export.text() == "Export 3"
        assert dialog.form.example.text() in planned
        run = await exported(window, dialog)
        assert sorted(path.name for path in out.iterdir()) == sorted(planned)
        assert dialog.foot.words.text().startswith("3 pictures, ")
        assert not dialog.foot.show_folder.isHidden()
        for one in run.written:
            with Image.open(one.path) as picture:
                assert picture.format == "JPEG"
                assert picture.size == (512, 512)
            assert one.copy.picture.prompt.encode() in one.path.read_bytes()
        await until(window.core, lambda: "name is taken" in spoken(dialog)[0], "second preview")
        assert names(dialog)[0].endswith("-001-2.jpg")
        assert window.core.settings.value.export_preset == "web-jpeg"


async def test_the_selection_is_exported_and_followed(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, PROMPT, tiles=3)
        window.gallery.select_keys([pictures[0].row])
        dialog = await shown(window, tmp_path / "out")
        assert dialog.scope.value == "selected"
        assert dialog.foot.export.text() == "Export 1"
        window.gallery.select_keys([one.row for one in pictures[:2]])
        await until(window.core, lambda: len(names(dialog)) == 2, "two")
        dialog.scope.segment("all").click()
        await until(window.core, lambda: len(names(dialog)) == 3, "all")
        window.gallery.select_keys([])
        await until(
            window.core, lambda: not dialog.scope.segment("selected").isEnabled(), "nothing"
        )
        assert len(names(dialog)) == 3


async def test_a_change_of_the_form_is_kept_in_the_preset(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as window:
        await make(window)
        dialog = await shown(window, tmp_path / "out")
        dialog.form.quality.setValue(40)
        dialog.reject()
        await exports_of(window).presets.save()
        dialog.undo_wanted.emit()
        assert dialog.form.quality.value() == 88
        dialog.redo_wanted.emit()
        assert dialog.form.quality.value() == 40
    async with opened(tmp_path / "home") as window:
        dialog = await shown(window, tmp_path / "out")
        assert dialog.form.quality.value() == 40


async def test_an_unreadable_picture_is_listed_and_the_others_are_exported(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        pictures = await make(window, PROMPT, tiles=3)
        window.core.library.path(pictures[1]).write_bytes(b"not a picture")
        dialog = await shown(window, out)
        run = await exported(window, dialog)
        assert len(run.written) == len(list(out.iterdir())) == 2
        assert dialog.foot.words.text().endswith(", 1 not exported")
        notice = dialog.notices.notice
        assert notice is not None
        assert notice.text.startswith("1 picture was not exported. ")
        assert pictures[1].name in notice.text
        answer(dialog.notices, "Select them")
        await until(
            window.core,
            lambda: list(window.gallery.selected_rows()) == [pictures[1].row],
            "selected",
        )


@pytest.mark.parametrize("step", ["create", "write", "rename"])
async def test_a_full_disk_stops_the_export_and_resume_goes_on(tmp_path: Path, step: str) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        steps = count()

        def full(kind: str, path: Path) -> None:
            if kind == step and out in path.parents and next(steps):
                raise OSError(28, "No space left on device", str(path))

        end = files.watch(full)
        try:
            run = await exported(window, dialog)
        finally:
            end()
        assert run.stopped
        notice = dialog.notices.notice
        assert notice is not None
        assert notice.text.startswith("The disk is full")
        assert labels(dialog.notices) == ["Resume"]
        answer(dialog.notices, "Resume")
        await until(window.core, lambda: run.state is ExportState.DONE, "resumed")
        assert len(list(out.iterdir())) == 3


async def test_a_folder_without_a_right_is_said_before_the_export(tmp_path: Path) -> None:
    out = tmp_path / "a file"
    out.write_bytes(b"MINE")
    async with opened(tmp_path / "home") as window:
        await make(window)
        window.core.settings.change(export_folder=str(out))
        window.actions_of.every["export"].trigger()
        dialog = exports_of(window).dialog
        assert dialog is not None
        await until(window.core, lambda: dialog.notices.notice is not None, "notice")
        assert not names(dialog)
        assert out.read_bytes() == b"MINE"


async def test_a_closed_dialog_exports_on_and_the_window_says_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        held = Held(monkeypatch)
        dialog.foot.export.click()
        await until(window.core, lambda: held.began, "began")
        dialog.reject()
        status = exports_of(window)._progress
        assert status.isVisibleTo(window)
        assert status.button.text() == "Exporting, 0 of 3"
        held.go.set()
        await window.core.exports.queue.idle()
        await until(window.core, window.toast.isVisible, "toast")
        assert not status.isVisibleTo(window)
        assert len(list(out.iterdir())) == 3
        window.toast.hide_toast()


async def test_a_second_export_waits_and_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, tmp_path / "out")
        held = Held(monkeypatch)
        dialog.foot.export.click()
        await until(window.core, lambda: held.began, "began")
        await until(window.core, dialog.foot.export.isEnabled, "ready again")
        dialog.presets.chosen.emit("web-webp")
        dialog.foot.export.click()
        await until(window.core, lambda: not dialog.foot.next.isHidden(), "waits")
        assert dialog.foot.next.text() == "then Web WebP 1600"
        dialog.foot.drop.click()
        assert dialog.foot.next.isHidden()
        dialog.foot.stop.click()
        assert dialog.foot.words.text() == "stopped, 0 of 3"
        held.go.set()
        await window.core.exports.queue.idle()
        assert not list((tmp_path / "out").iterdir())
        dialog.foot.stop.click()
        await until(window.core, lambda: len(list((tmp_path / "out").iterdir())) == 3, "resumed")


async def test_a_stopped_export_can_be_resumed_after_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        foot = dialog.foot
        held = Held(monkeypatch)
        foot.export.click()
        await until(window.core, lambda: held.began, "began")
        foot.stop.click()
        await window.core.exports.queue.idle()
        await until(window.core, foot.export.isEnabled, "ready again")
        assert foot.resume.isHidden(), "it is the one shown"
        dialog.presets.chosen.emit("web-webp")
        foot.export.click()
        await until(window.core, lambda: not foot.resume.isHidden(), "the stopped one is there")
        assert foot.next.text() == "Web JPEG 2048: stopped, 0 of 3"
        assert foot.resume.accessibleDescription() == foot.next.text()
        held.go.set()
        await window.core.exports.queue.idle()
        assert sorted(one.suffix for one in out.iterdir()) == [".webp"] * 3
        assert foot.words.text().startswith("3 pictures, ")
        foot.resume.click()
        await until(window.core, lambda: len(list(out.glob("*.jpg"))) == 3, "resumed")
        await window.core.exports.queue.idle()
        assert foot.resume.isHidden()
        assert foot.next.isHidden()
        assert not window.core.exports.queue.stopped


async def test_an_offer_to_resume_goes_when_the_export_is_resumed_or_dropped_in_the_foot(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"

    def full(kind: str, path: Path) -> None:
        if kind == "write" and out in path.parents:
            raise OSError(28, "No space left on device", str(path))

    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        end = files.watch(full)
        try:
            first = await exported(window, dialog)
            assert labels(dialog.notices) == ["Resume"]
            second = await exported(window, dialog)
            assert list(window.core.exports.queue.stopped) == [second, first]
        finally:
            end()
        assert dialog.foot.next.text().startswith("Web JPEG 2048: stopped, ")
        dialog.foot.drop.click()
        assert list(window.core.exports.queue.stopped) == [second]
        dialog.foot.stop.click()
        await until(window.core, lambda: second.state is ExportState.DONE, "resumed")
        assert dialog.notices.notice is None
        assert len(list(out.iterdir())) == 3


async def test_the_end_of_an_export_is_told_while_the_foot_shows_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, tmp_path / "out")
        held = Held(monkeypatch)
        dialog.foot.export.click()
        await until(window.core, lambda: held.began, "began")
        await until(window.core, dialog.foot.export.isEnabled, "ready again")
        dialog.presets.chosen.emit("web-webp")
        dialog.foot.export.click()
        await until(window.core, lambda: not dialog.foot.next.isHidden(), "waits")
        told = Mock(wraps=dialog.toast.show_toast)
        monkeypatch.setattr(dialog.toast, "show_toast", told)
        held.go.set()
        await window.core.exports.queue.idle()
        assert [str(one.args[0])[:21] for one in told.call_args_list] == ["Exported 3 pictures, "]
        assert dialog.foot.words.text().startswith("3 pictures, ")


async def test_a_taken_name_is_asked_about_until_the_answer_is_for_all(
    tmp_path: Path, answering: Answering
) -> None:
    out = tmp_path / "out"
    asked: list[str] = []

    async def finished(dialog: QDialog) -> int:
        assert isinstance(dialog, ConflictQuestion)
        asked.append(dialog.title.text())
        dialog.for_all.setChecked(len(asked) == 2)
        return int(QDialog.DialogCode.Accepted if len(asked) == 2 else QDialog.DialogCode.Rejected)

    answering(finished)
    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, out)
        out.mkdir()
        for name in names(dialog):
            (out / name).write_bytes(b"MINE")
        dialog.form.conflict.segment(ConflictRule.ASK).click()
        run = await exported(window, dialog)
        assert len(asked) == 2
        assert asked[0].endswith(" already exists")
        assert (len(run.skipped), len(run.written)) == (1, 2)
        assert sum(path.read_bytes() == b"MINE" for path in out.iterdir()) == 3
        assert len(list(out.iterdir())) == 5


async def test_the_window_asks_before_it_ends_an_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: Answering
) -> None:
    answers = [0, 1]

    async def finished(_dialog: QDialog) -> int:
        return answers.pop(0)

    async with opened(tmp_path / "home") as window:
        await make(window, PROMPT, tiles=3)
        dialog = await shown(window, tmp_path / "out")
        held = Held(monkeypatch)
        answering(finished)
        dialog.foot.export.click()
        await until(window.core, lambda: held.began, "began")
        window.close()
        await until(window.core, lambda: len(answers) == 1, "asked")
        assert not window.closing
        window.close()
        await until(window.core, lambda: window.closing, "left")
        assert not answers
        assert not window.core.exports.queue.active
        held.go.set()


class Saver:
    """Chooses a file in the system's dialog."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.titles: list[str] = []

    async def finished(self, dialog: QDialog) -> int:
        assert isinstance(dialog, QFileDialog)
        self.titles.append(dialog.windowTitle())
        dialog.setDirectory(str(self.path.parent))
        dialog.selectFile(self.path.name)
        return 1


async def test_a_spreadsheet_lists_the_selection_or_all(
    tmp_path: Path, answering: Answering
) -> None:
    saver = Saver(tmp_path / "table.csv")
    answering(saver.finished)

    def rows() -> int:
        return saver.path.read_bytes().count(b"\r\n") - 1 if saver.path.exists() else -1

    async with opened(tmp_path / "home") as window:
        pictures: list[Picture] = await make(window, PROMPT, tiles=3)
        window.actions_of.every["spreadsheet"].trigger()
        await until(window.core, lambda: rows() == 3, "three rows")
        window.gallery.select_keys([pictures[0].row])
        window.actions_of.every["spreadsheet"].trigger()
        await until(window.core, lambda: rows() == 1, "one row, in the same file")
        assert pictures[0].id in saver.path.read_text("utf-8-sig")
        assert saver.titles == ["Spreadsheet of 3 pictures", "Spreadsheet of 1 picture"]
        assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".new")] == []
