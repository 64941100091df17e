"""The settings: changes apply at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from studio.common import i18n
from studio.common.errors import NetworkError
from studio.ui.dialogs.question import fit
from studio.ui.dialogs.settings import SettingsDialog
from studio.ui.style.qt_style import animates, set_motion
from studio.ui.style.roles import HIGH_DARK, HIGH_LIGHT, LIGHT
from studio.ui.style.theme import install, theme
from studio.ui.support.screen_colours import MonitorState, screen_colours, transform_for
from tests import icc_profiles
from tests.canary import KEY
from tests.ui import scripted_core
from tests.ui.scripted_core import ScriptedDesk, until


async def test_it_is_560_wide_not_modal_and_closed_by_escape(dialog: SettingsDialog) -> None:
    dialog.show()
    assert dialog.width() == 560
    assert not dialog.isModal()
    assert not [b for b in dialog.findChildren(QPushButton) if b.text() == "OK"]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_the_theme_is_worn_at_once(dialog: SettingsDialog, desk: ScriptedDesk) -> None:
    dialog.look.themes.segment("light").click()
    assert desk.settings.value.theme == "light"
    assert not theme().dark
    dialog.look.themes.segment("dark").click()
    assert theme().dark


async def test_contrast_is_worn_at_once(dialog: SettingsDialog, desk: ScriptedDesk) -> None:
    look = dialog.look
    assert (look.contrast.value, theme().high_contrast) == ("system", False)
    look.contrast.segment("high").click()
    assert desk.settings.value.contrast == "high"
    assert (theme().high_contrast, theme().roles) == (True, HIGH_DARK)
    look.themes.segment("light").click()
    assert theme().roles is HIGH_LIGHT
    look.contrast.segment("normal").click()
    assert (theme().high_contrast, theme().roles) == (False, LIGHT)
    look.contrast.segment("system").click()
    assert desk.settings.value.contrast == "system"


async def test_motion_is_reduced_at_once(
    dialog: SettingsDialog, desk: ScriptedDesk, at_end: list[Callable[[], object]]
) -> None:
    at_end.append(lambda: set_motion("system"))
    assert dialog.look.motion.value == "system"
    dialog.look.motion.segment("reduced").click()
    assert (desk.settings.value.motion, animates()) == ("reduced", False)
    dialog.look.motion.segment("full").click()
    assert (desk.settings.value.motion, animates()) == ("full", True)
    desk.settings.change(contrast="normal", motion="reduced")
    assert (dialog.look.contrast.value, dialog.look.motion.value) == ("normal", "reduced")


async def test_the_colours_of_the_monitor_are_switched_off_and_on(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    def switched() -> bool:
        return desk.settings.value.monitor_profile

    assert switched(), "it is on until somebody switches it off"
    dialog.look.monitor.segment("off").click()
    assert not switched()
    dialog.look.monitor.segment("on").click()
    assert switched()


async def test_the_profile_pictures_are_shown_through_is_named(dialog: SettingsDialog) -> None:
    colours = screen_colours()
    try:
        colours.show_through(transform_for(icc_profiles.matrix(name="DELL U2720Q")))
        assert dialog.look.monitor_profile.text() == "Colour profile: DELL U2720Q"
        colours.show_through(transform_for(icc_profiles.matrix(gamma=1.8, name="x" * 500)))
        assert len(dialog.look.monitor_profile.text()) < 120
        colours.show_through(transform_for(icc_profiles.matrix(gamma=1.7, name="")))
        assert dialog.look.monitor_profile.text() == "Colour profile: unnamed"
        sentences = set()
        for state in MonitorState:
            if state not in (MonitorState.UNKNOWN, MonitorState.SHOWN):
                colours.show_as_srgb(state)
                sentences.add(dialog.look.monitor_profile.text())
        assert len(sentences) == len(MonitorState) - 2
        assert all("sRGB" in sentence for sentence in sentences)
    finally:
        colours.show_as_srgb(MonitorState.UNKNOWN)


async def test_every_choice_is_in_the_settings_at_once(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.look.surround.segment("middle").click()
    dialog.look.notify.click()
    dialog.look.live_messages.click()
    dialog.pictures.neutral.click()
    dialog.pictures.drift.click()
    dialog.about.faults.click()
    dialog.pictures.at_once.stepUp()
    dialog.pictures.limit.stepDown()
    dialog.pictures.ask.setText("5,5")
    dialog.pictures.ask.editingFinished.emit()
    dialog.pictures.budget.setText("$ 40")
    dialog.pictures.budget.editingFinished.emit()

    value = desk.settings.value
    assert value.surround == "middle"
    assert value.notify is False
    assert value.live_messages is False
    assert value.neutral_names is True
    assert value.measure_drift is False
    assert value.fault_models is True
    assert value.at_once == 4
    assert value.outer_limit == 29 * 60
    assert value.confirm_above == 5.5
    assert value.budget_usd == 40.0
    await desk.settings.close()
    assert b'"at_once": 4' in desk.paths.settings_file.read_bytes()


async def test_what_is_no_sum_of_money_changes_nothing(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    for words in ("much", "-3", "nan", ""):
        dialog.pictures.ask.setText(words)
        dialog.pictures.ask.editingFinished.emit()
        assert desk.settings.value.confirm_above == 2.0
        assert dialog.pictures.ask.text() == "2.00"


async def test_changes_from_elsewhere_are_shown(dialog: SettingsDialog, desk: ScriptedDesk) -> None:
    desk.settings.change(at_once=9, surround="black")
    assert dialog.pictures.at_once.value() == 9
    assert dialog.look.surround.value == "black"


async def test_another_language_waits_for_the_next_start(
    dialog: SettingsDialog, desk: ScriptedDesk, tmp_path: Path
) -> None:
    folder = tmp_path / "locale"
    (folder / "de" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "de" / "LC_MESSAGES" / "gridbrush.mo").write_bytes(b"")
    assert i18n.languages(folder) == ("de",)
    assert i18n.languages(tmp_path / "nothing") == ()

    later = dialog.look.later
    assert not later.isVisibleTo(dialog)
    dialog.look.language.setCurrentIndex(1)
    dialog.look.language.activated.emit(1)
    assert desk.settings.value.language == "en"
    assert later.isVisibleTo(dialog)
    desk.settings.change(language="")
    assert not later.isVisibleTo(dialog)


async def test_a_key_is_deleted_only_after_a_question(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    await desk.keys.store("dgrid", KEY)
    row = dialog.keys.rows["dgrid"]
    dialog.show()
    assert row.delete.isVisible()
    row.delete.click()
    keep = row.verdict.button("Keep")
    assert keep is not None
    keep.click()
    assert desk.vault.kept == {"dgrid": KEY}

    row.delete.click()
    delete = row.verdict.button("Delete key")
    assert delete is not None
    delete.click()
    await until(lambda: not desk.vault.kept)
    await until(lambda: not row.delete.isVisible())
    assert row.give.text() == "Add key…"


async def test_a_saved_key_is_tested_with_a_free_call(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    await desk.keys.store("dgrid", KEY)
    row = dialog.keys.rows["dgrid"]
    row.test.click()
    await until(lambda: row.verdict.tone == "ok" and "works" in row.verdict.words)
    assert desk.tested == [("dgrid", None)]
    desk.answer = NetworkError("No network", hint="Look at the cable.")
    row.test.click()
    await until(lambda: row.verdict.tone == "bad")
    assert row.verdict.words == "No network Look at the cable."


async def test_another_provider_becomes_the_default(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.keys.rows["google"].use.click()
    assert desk.settings.value.profile == "google"
    assert not dialog.keys.rows["google"].use.isVisibleTo(dialog)
    assert dialog.keys.rows["sketch"].use.isVisibleTo(dialog)


async def test_a_provider_of_ones_own_is_added_given_a_key_and_removed(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.show()
    dialog.keys.add.click()
    form = dialog.keys.own.form
    form.title.setText("Mine")
    form.address.setText("https://images.example.com")
    form.version.segment("v1beta").click()
    dialog.keys.own.on_edited()
    dialog.keys.own.save.click()

    assert desk.settings.value.find_profile("mine").version == "v1beta"
    card = dialog.keys.card
    assert card.isVisible()
    assert card.key.field.accessibleName() == "Mine key"
    card.key.field.insert(KEY)
    card.on_edited()
    card.save.click()
    await until(lambda: desk.vault.kept == {"mine": KEY})
    row = dialog.keys.rows["mine"]
    await until(row.delete.isVisible)
    row.remove.click()
    assert "Its key is deleted" in row.verdict.words
    keep = row.verdict.button("Keep")
    assert keep is not None
    keep.click()
    assert desk.vault.kept == {"mine": KEY}
    row.remove.click()
    remove = row.verdict.button("Remove provider")
    assert remove is not None
    remove.click()
    await until(lambda: not desk.settings.value.profiles)
    assert desk.vault.kept == {}
    assert "mine" not in dialog.keys.rows
    assert desk.settings.value.profile == "sketch"


async def test_folders_are_shown_by_whoever_can(dialog: SettingsDialog, desk: ScriptedDesk) -> None:
    shown: list[Path] = []
    dialog.show_folder.connect(shown.append)
    dialog.pictures.show_it.click()
    dialog.about.logs.click()
    assert shown == [desk.library_folder, desk.paths.log_folder]


@pytest.mark.parametrize("name", ["keys", "pictures", "look", "about"])
async def test_a_section_is_brought_into_view(dialog: SettingsDialog, name: str) -> None:
    dialog.show_section(name)
    dialog.show()
    await asyncio.sleep(0)
    section = getattr(dialog, name)
    assert section.visibleRegion().boundingRect().height() > 100
    assert dialog.tabs.value == name


async def test_the_keyboard_reaches_everything(dialog: SettingsDialog) -> None:
    dialog.show()
    dialog.activateWindow()
    await until(lambda: QApplication.focusWidget() is not None)
    wanted = {dialog.look.language, dialog.look.notify, dialog.look.live_messages}
    wanted |= {dialog.pictures.neutral, dialog.about.logs}
    reached = set()
    for _step in range(60):
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert wanted <= reached


async def test_longer_words_keep_the_dialog_560_wide(
    qapp: QApplication, desk: ScriptedDesk
) -> None:
    install(qapp, "dark", scale=1.0)
    scripted_core.speak_longer()
    try:
        made = SettingsDialog(desk)
        made.show()
        await asyncio.sleep(0)
        assert made.page.minimumSizeHint().width() <= 560
        for label in made.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
        made.close()
        shiboken6.delete(made)
    finally:
        scripted_core.speak_english()


async def test_scrolling_marks_the_section_at_the_top_and_a_moving_layout_does_not(
    dialog: SettingsDialog,
) -> None:
    dialog.show_section("look")
    dialog.show()
    await asyncio.sleep(0)
    bar = dialog.area.verticalScrollBar()
    marked = [dialog.tabs.value]
    bar.setValue(0)
    marked.append(dialog.tabs.value)
    bar.setSliderPosition(dialog.pictures.y() + 1)
    bar.triggerAction(bar.SliderAction.SliderSingleStepAdd)
    marked.append(dialog.tabs.value)
    assert marked == ["look", "look", "pictures"]


def test_a_dialog_is_never_larger_than_the_screen(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    room = dialog.screen().availableSize()
    fit(dialog, room.width() * 2, room.height() * 2)
    assert dialog.height() < room.height()
    assert dialog.width() < room.width()
    fit(dialog, 200, 100)
    assert dialog.size() == QSize(200, 100)
