"""Parts of the export dialog: name field, form, presets, preview, foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app.export.plan import ExportItem, make_plan
from studio.app.export.runner import ExportRun, ExportState, FailedCopy, WrittenCopy
from studio.common.errors import PictureUnreadable
from studio.domain import name_pattern
from studio.domain.entities import Picture, Reference
from studio.domain.export import (
    BUILT_IN,
    ORIGINALS,
    ConflictRule,
    ExportColour,
    ExportFormat,
    ExportMetadata,
    ExportPreset,
    SizeRule,
)
from studio.imaging.exporter import SourceFacts
from studio.ui.dialogs.export import ExportDialog
from studio.ui.dialogs.export.foot import ExportFoot
from studio.ui.dialogs.export.form import ExportForm
from studio.ui.dialogs.export.preset_list import PresetList
from studio.ui.dialogs.export.preview_list import FACTS, WHOLE
from studio.ui.dialogs.export.token_field import TokenField
from studio.ui.style.theme import theme
from tests.library.builders import a_picture

pytestmark = pytest.mark.usefixtures("dressed")

JPEG = BUILT_IN[1]
KEY = Qt.Key


class NoThumbnails:
    async def find(self, _ids: Sequence[str]) -> list[Picture]:
        return []

    async def thumbnail(self, _picture: Picture, _edge: int) -> bytes:
        return b""

    async def input_thumbnail(self, _reference: Reference, _edge: int = 256) -> bytes:
        return b""


def items(*titles: str) -> list[ExportItem]:
    return [
        ExportItem(picture=a_picture(id=one, title=one, path=f"{one}.png", width=90, height=60))
        for one in titles
    ]


# --- the name ---------------------------------------------------------------------------------


@pytest.fixture
def field(qtbot: QtBot) -> TokenField:
    made = TokenField("File name")
    qtbot.addWidget(made)
    made.show()
    return made


PARTS = st.lists(
    st.sampled_from([f"{{{one}}}" for one in name_pattern.TOKENS])
    | st.sampled_from(["{n:1}", "{n:5}", "-", "a", "é", "写", " ", "_"]),
    max_size=8,
).map("".join)


@given(pattern=PARTS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_pattern_is_shown_as_it_is(field: TokenField, pattern: str) -> None:
    field.set_pattern(pattern)
    meant = pattern.replace("{n}", "{n:3}")
    assert field.pattern == meant
    assert name_pattern.parse(field.pattern) == name_pattern.parse(pattern)


def test_backspace_takes_a_token_whole(field: TokenField) -> None:
    field.set_pattern("{collection}-{title}-{n:3}")
    told: list[str] = []
    field.changed.connect(told.append)
    field.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(field, KEY.Key_Backspace)
    assert field.pattern == "{collection}-{title}-"
    QTest.keyClick(field, KEY.Key_Backspace)
    QTest.keyClick(field, KEY.Key_Backspace)
    assert told == ["{collection}-{title}-", "{collection}-{title}", "{collection}-"]


def test_a_typed_token_becomes_one(field: TokenField) -> None:
    QTest.keyClicks(field, "web {title} {n:4}")
    assert field.pattern == "web {title} {n:4}"
    QTest.keyClick(field, KEY.Key_Backspace)
    assert field.pattern == "web {title} "


def test_words_stay_as_typed_and_braces_that_mean_nothing_too(field: TokenField) -> None:
    QTest.keyClicks(field, "a{titel}")
    assert field.pattern == "a{titel}"


def test_what_is_pasted_is_one_line_of_tokens(field: TokenField) -> None:
    data = QMimeData()
    data.setText("{date}\n{title}")
    field.insertFromMimeData(data)
    assert field.pattern == "{date} {title}"
    field.selectAll()
    assert field.createMimeDataFromSelection().text() == "{date} {title}"


def test_enter_is_passed_on_and_adds_no_line(field: TokenField) -> None:
    field.set_pattern("{title}")
    entered: list[bool] = []
    field.entered.connect(lambda: entered.append(True))
    QTest.keyClick(field, KEY.Key_Return)
    assert entered == [True]
    assert field.pattern == "{title}"


def test_a_screen_reader_hears_the_tokens(field: TokenField) -> None:
    field.set_pattern("{collection}-{n:3}")
    assert field.accessibleName() == "File name"
    assert field.accessibleDescription() == "collection - number, 3 digits"


# --- the form ---------------------------------------------------------------------------------


@pytest.fixture
def form(qtbot: QtBot) -> ExportForm:
    owner = QWidget()
    qtbot.addWidget(owner)
    made = ExportForm(owner)
    vars(made)["owner"] = owner
    return made


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda one: one.id)
def test_showing_a_preset_changes_nothing(form: ExportForm, preset: ExportPreset) -> None:
    told: list[ExportPreset] = []
    form.changed.connect(told.append)
    form.show_preset(preset, locked=preset.id == ORIGINALS.id)
    form.show_preset(JPEG, locked=False)
    form.show_preset(preset, locked=preset.id == ORIGINALS.id)
    assert told == []
    assert form.preset == preset


def test_every_control_changes_the_preset(form: ExportForm) -> None:
    told: list[ExportPreset] = []
    form.changed.connect(told.append)
    form.show_preset(JPEG, locked=False)
    form.kind.segment(ExportFormat.WEBP).click()
    form.quality.setValue(50)
    form.sizing.segment(SizeRule.PERCENT).click()
    form.percent.setValue(25)
    form.bounded.click()
    form.ppi.setValue(300)
    form.colour.set_value(ExportColour.DISPLAY_P3)
    form.colour.changed.emit(ExportColour.DISPLAY_P3)
    form.tokens["date"].click()
    form.metadata[ExportMetadata.EVERYTHING].click()
    form.conflict.segment(ConflictRule.SKIP).click()
    last = told[-1]
    assert (last.format, last.quality) == (ExportFormat.WEBP, 50)
    assert (last.size.rule, last.size.value, last.enlarge) == (SizeRule.PERCENT, 25, True)
    assert (last.ppi, last.colour) == (300, ExportColour.DISPLAY_P3)
    assert (last.metadata, last.conflict) == (ExportMetadata.EVERYTHING, ConflictRule.SKIP)
    assert "{date}" in last.pattern
    assert len(told) == 10


def test_an_invalid_name_is_said_and_not_kept(form: ExportForm) -> None:
    told: list[ExportPreset] = []
    form.changed.connect(told.append)
    form.show_preset(JPEG, locked=False)
    form.name.clear()
    told.clear()
    QTest.keyClicks(form.name, "{titel}")
    assert "{titel}" in form.example.text()
    assert form.example.property("role") == "bad"
    assert form.wrong
    assert form.preset.pattern == ""
    assert not told
    form.show_example("a.jpg")
    assert "{titel}" in form.example.text()
    QTest.keyClick(form.name, KEY.Key_Backspace)
    form.name.clear()
    assert not form.wrong


def test_a_format_shows_only_what_it_has(form: ExportForm) -> None:
    form.show_preset(JPEG, locked=False)
    assert not form.ground.isHidden()
    assert form.quality.isVisibleTo(form)
    form.kind.segment(ExportFormat.PNG).click()
    assert form.ground.isHidden()
    assert not form.quality.isVisibleTo(form)
    form.show_preset(ORIGINALS, locked=True)
    assert not any(one.isVisibleTo(form) for one in form.metadata.values())
    hidden: tuple[QWidget, ...] = (
        form.kind, form.sizing, form.colour, form.name, form.bounded, form.pixels,
    )  # fmt: skip
    assert all(part.isHidden() for part in hidden)
    assert not form.conflict.isHidden()
    form.offer_formats(frozenset(ExportFormat) - {ExportFormat.AVIF})
    assert form.kind.segment(ExportFormat.AVIF).isHidden()


def test_every_part_of_a_name_is_in_the_menu(form: ExportForm) -> None:
    form.show_preset(JPEG, locked=False)
    offered = [one.text().split("\t")[0] for one in form.token_menu().actions()]
    assert len(set(offered)) == len(offered) == len(name_pattern.TOKENS) - 1 + 4
    form.name.clear()
    for action in form.token_menu().actions():
        action.trigger()
    used = {part.text for part in name_pattern.parse(form.preset.pattern)}
    assert used == set(name_pattern.TOKENS)


# --- presets ----------------------------------------------------------------------------------


@pytest.fixture
def presets(qtbot: QtBot) -> PresetList:
    owner = QWidget()
    qtbot.addWidget(owner)
    made = PresetList(owner)
    vars(made)["owner"] = owner
    made.show_presets(BUILT_IN, JPEG.id)
    owner.show()
    return made


def test_the_keyboard_renames_moves_and_deletes(presets: PresetList) -> None:
    told: list[object] = []
    presets.renamed.connect(lambda id, title: told.append((id, title)))
    presets.moved.connect(told.append)
    presets.delete_wanted.connect(told.append)
    QTest.keyClick(presets, KEY.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert told == [("web-jpeg", "originals", *[one.id for one in BUILT_IN[2:]])]
    QTest.keyClick(presets, KEY.Key_Delete)
    assert told[1:] == ["web-jpeg"]
    item = presets.currentItem()
    item.setText("Shop")
    assert told[2:] == [("web-jpeg", "Shop")]
    # What a drag does.
    presets.model().moveRow(QModelIndex(), 1, QModelIndex(), 3)
    QTest.qWait(0)
    assert told[3:] == [("originals", "web-webp", "web-jpeg", *[one.id for one in BUILT_IN[3:]])]


def test_the_originals_cannot_be_changed(presets: PresetList) -> None:
    presets.show_presets(BUILT_IN, ORIGINALS.id)
    told: list[str] = []
    presets.delete_wanted.connect(told.append)
    QTest.keyClick(presets, KEY.Key_Delete)
    assert told == []
    assert not presets.currentItem().flags() & Qt.ItemFlag.ItemIsEditable
    disabled = [one.text() for one in presets.menu_of().actions() if not one.isEnabled()]
    assert disabled == ["Rename\tF2", "Move up\tAlt+Up", "Delete\tDel"]


def test_a_screen_reader_hears_what_a_preset_makes(presets: PresetList) -> None:
    spoken = [
        presets.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(presets.count())
    ]
    assert spoken[:2] == [
        "Originals, as received, bit for bit",
        "Web JPEG 2048, JPEG 88, 2,048 px, sRGB",
    ]


def test_showing_presets_again_is_no_choice_of_the_user(presets: PresetList) -> None:
    told: list[object] = []
    presets.chosen.connect(told.append)
    presets.renamed.connect(lambda *words: told.append(words))
    presets.moved.connect(told.append)
    presets.show_presets(BUILT_IN[::-1], ORIGINALS.id)
    presets.show_presets(BUILT_IN, JPEG.id)
    QTest.qWait(0)
    assert told == []
    presets.setCurrentRow(2)
    assert told == ["web-webp"]


# --- the dialog -------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    owner = QWidget()
    owner.resize(1440, 900)
    qtbot.addWidget(owner)
    made = ExportDialog(NoThumbnails(), owner)
    vars(made)["owner"] = owner
    made.form.show_preset(JPEG, locked=False)
    made.presets.show_presets(BUILT_IN, JPEG.id)
    made.show_scope("all", selected=2, every=4, place="Picks")
    return made


def test_the_head_says_how_many_and_of_which_place(dialog: ExportDialog) -> None:
    assert dialog._about.text() == "4 pictures of Picks"
    dialog.show_scope("selected", selected=1, every=4, place="")
    assert dialog._about.text() == "1 picture"
    assert dialog.count == 1


def test_the_preview_says_names_sizes_and_warnings(dialog: ExportDialog) -> None:
    preset = ExportPreset(id="t", format=ExportFormat.JPEG, pattern="{title}")
    plan = make_plan(items("a", "b"), preset, ["A.jpg"])
    dialog.show_plan(plan, 4)
    dialog.show_sizes([1_200_000, 600_000], 4, exact=False)
    model = dialog.preview.copies
    spoken = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert spoken == [
        "a-2.jpg, 90 × 60, name is taken, gets a number · ≈ 1.2 MB",
        "b.jpg, 90 × 60 · ≈ 600 KB",
    ]
    # In the narrow list a warning is not cut off; the tool tip has everything.
    assert model.data(model.index(0), FACTS) == "name is taken, gets a number · ≈ 1.2 MB"
    assert model.data(model.index(1), FACTS) == "90 × 60 · ≈ 600 KB"
    tip = str(model.data(model.index(0), WHOLE))
    assert tip.split("\n") == ["a-2.jpg", spoken[0].removeprefix("a-2.jpg, ")]
    assert not dialog.more.isHidden()
    assert dialog.foot.export.text() == "Export 4"
    dialog.show_plan(plan, 2)
    assert dialog.more.isHidden()


def test_more_than_8_bits_are_refused_in_few_words_and_explained_elsewhere(
    dialog: ExportDialog,
) -> None:
    (item,) = items("deep")
    deep = replace(item, facts=SourceFacts(width=90, height=60, bits=16))
    dialog.show_plan(make_plan([deep], JPEG), 1)
    model, whole = dialog.preview.copies, "more than 8 bits per colour: only originals, or PNG"
    index = model.index(0)
    assert model.data(index, FACTS) == "not exported, more than 8 bits"
    # Beside the thumbnail, within the margins.
    side = dialog.preview.parentWidget()
    assert side is not None
    room = side.minimumWidth() - 16 - 60
    metrics = QFontMetrics(theme().font("micro"))
    assert metrics.horizontalAdvance(str(model.data(index, FACTS))) < room
    assert whole in str(model.data(index, WHOLE))
    assert whole in str(model.data(index, Qt.ItemDataRole.AccessibleDescriptionRole))
    assert whole not in str(model.data(index, Qt.ItemDataRole.AccessibleTextRole))
    dialog.show_plan(make_plan(items("plain"), JPEG), 1)
    assert model.data(index, Qt.ItemDataRole.AccessibleDescriptionRole) == ""


def test_enter_exports_and_escape_closes(dialog: ExportDialog, qtbot: QtBot) -> None:
    wanted: list[str] = []
    dialog.export_wanted.connect(lambda: wanted.append("export"))
    dialog.hidden.connect(lambda: wanted.append("hidden"))
    dialog.show()
    QTest.keyClick(dialog.presets, KEY.Key_Return)
    QTest.keyClick(dialog.form.name, KEY.Key_Return)
    QTest.keyClick(dialog.form.pixels, KEY.Key_Return)
    assert wanted == ["export"] * 3
    dialog.set_ready(ready=False)
    QTest.keyClick(dialog.presets, KEY.Key_Return)
    assert wanted == ["export"] * 3
    QTest.keyClick(dialog.presets, KEY.Key_Escape)
    assert wanted[3:] == ["hidden"]


def test_keys_undo_changes_of_the_presets(dialog: ExportDialog) -> None:
    told: list[str] = []
    dialog.undo_wanted.connect(lambda: told.append("undo"))
    dialog.redo_wanted.connect(lambda: told.append("redo"))
    dialog.show()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    form = dialog.form
    for part in (dialog.presets, form.quality, form.kind.segment(ExportFormat.JPEG), form.bounded):
        QTest.keyClick(part, KEY.Key_Z, control)
        QTest.keyClick(part, KEY.Key_Z, control | shift)
    assert told == ["undo", "redo"] * 4


def test_tab_stops_at_controls_and_chosen_ones_only(dialog: ExportDialog, qtbot: QtBot) -> None:
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    dialog.presets.setFocus()
    visited: list[QWidget] = []
    while dialog.foot.export not in visited:
        QTest.keyClick(dialog, KEY.Key_Tab)
        found = QApplication.focusWidget()
        assert found is not None
        assert found not in visited, visited
        visited.append(found)
    form = dialog.form
    assert visited[0] is form.kind.segment(ExportFormat.JPEG)
    chosen = [one for one in visited if isinstance(one, QRadioButton)]
    assert all(one.isChecked() for one in chosen)
    assert chosen[2:] == [form.metadata[JPEG.metadata], form.conflict.segment(JPEG.conflict)]
    assert {form.quality, form.pixels, form.name, dialog.choose, dialog.preview} <= set(visited)


def test_in_a_narrow_window_the_preview_lies_under_the_form(qtbot: QtBot) -> None:
    owner = QWidget()
    owner.resize(1024, 640)
    qtbot.addWidget(owner)
    made = ExportDialog(NoThumbnails(), owner)
    made.show()
    qtbot.waitExposed(made)

    def corner() -> QPoint:
        return made.preview.mapTo(made, QPoint())

    qtbot.waitUntil(lambda: corner().y() > made.form.height())
    made.resize(1200, 628)
    qtbot.waitUntil(lambda: corner().x() > 800)
    assert corner().y() < 200


# --- the foot ---------------------------------------------------------------------------------


def a_run(*titles: str, preset: ExportPreset = JPEG) -> ExportRun:
    return ExportRun(make_plan(items(*titles), preset), Path("/nowhere"))


def write(run: ExportRun, number: int, size: int = 1_000_000) -> None:
    for copy in run.plan.copies[len(run.written) : number]:
        run.written.append(
            WrittenCopy(copy=copy, path=run.folder / copy.name, width=9, height=9, bytes=size)
        )


def test_the_foot_follows_an_export(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    foot = ExportFoot(owner)
    asked: list[str] = []
    foot.stop_wanted.connect(lambda _run: asked.append("stop"))
    foot.resume_wanted.connect(lambda _run: asked.append("resume"))
    foot.drop_wanted.connect(lambda run: asked.append(f"drop {run.plan.preset.id}"))
    run, second = a_run(*"abcdefgh"), a_run("x", preset=BUILT_IN[2])
    run.state = ExportState.RUNNING
    write(run, 3)
    foot.show_run(run, (second,))
    assert foot.words.text() == "3 of 8"
    assert (foot.bar.value(), foot.bar.maximum()) == (3, 8)
    assert foot.next.text() == "then Web WebP 1600"
    assert foot.resume.isHidden(), "it waits for its turn"
    second.state = ExportState.STOPPED
    foot.show_run(run, (second, a_run("y")))
    assert foot.next.text() == "Web WebP 1600: stopped, 0 of 1, 1 more"
    foot.resume.click()
    foot.drop.click()
    assert asked == ["resume", "drop web-webp"]
    asked.clear()
    foot.stop.click()
    run.state = ExportState.STOPPED
    foot.show_run(run, ())
    assert foot.words.text() == "stopped, 3 of 8"
    assert foot.next.isHidden()
    foot.stop.click()
    assert asked == ["stop", "resume"]
    write(run, 7)
    run.failed.append(FailedCopy(run.plan.copies[7], PictureUnreadable("broken")))
    run.state = ExportState.DONE
    foot.show_run(run, ())
    assert foot.words.text() == "7 pictures, 7.0 MB, 1 not exported"
    assert not foot.show_folder.isHidden()
    assert foot.stop.isHidden()


def test_progress_is_announced_every_ten_per_cent(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "studio.ui.dialogs.export.foot.announce", lambda _foot, words: told.append(words)
    )
    owner = QWidget()
    qtbot.addWidget(owner)
    foot = ExportFoot(owner)
    run = a_run(*[f"p{number}" for number in range(50)])
    run.state = ExportState.RUNNING
    for number in range(51):
        write(run, number)
        foot.show_run(run, ())
    run.state = ExportState.DONE
    foot.show_run(run, ())
    assert told[0] == "Exported 5 of 50"
    assert told[9:] == ["Exported 50 of 50", "50 pictures, 50.0 MB"]
    assert len(told) == 11
