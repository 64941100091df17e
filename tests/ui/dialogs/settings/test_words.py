"""The sentences of roles, as the settings have them."""

from __future__ import annotations

from PySide6.QtTest import QTest

from studio.domain import sentences
from studio.domain.entities import Role
from studio.domain.sentences import GuideWords
from studio.ui.dialogs.settings import SettingsDialog
from tests.ui.scripted_core import ScriptedDesk


async def test_every_role_with_a_sentence_has_a_field(dialog: SettingsDialog) -> None:
    dialog.show_section("words")
    shown = {role: row.field.text() for role, row in dialog.words.rows.items()}
    assert shown == {**sentences.DEFAULTS}
    assert dialog.words.rows[Role.STYLE].field.accessibleName() == "Sentence for Style"
    assert not any(row.reset.isVisible() for row in dialog.words.rows.values())


async def test_a_sentence_is_saved_cleaned_and_its_default_can_be_used_again(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.show()
    row = dialog.words.rows[Role.STYLE]
    row.field.setText("  In my   style. ")
    row.field.editingFinished.emit()
    assert desk.settings.value.role_sentences == {"style": "In my style."}
    assert row.field.text() == "In my style."
    assert row.reset.isVisible()
    row.reset.click()
    assert desk.settings.value.role_sentences == {}
    assert row.field.text() == sentences.DEFAULTS[Role.STYLE]
    assert not row.reset.isVisible()
    await desk.settings.close()


async def test_an_empty_sentence_sends_nothing_and_a_long_one_is_cut_while_typing(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    row = dialog.words.rows[Role.PALETTE]
    row.field.clear()
    row.field.editingFinished.emit()
    assert desk.settings.value.sentences[Role.PALETTE] == ""
    QTest.keyClicks(row.field, "x" * (sentences.MOST + 9))
    assert len(row.field.text()) == sentences.MOST
    await desk.settings.close()


async def test_a_change_made_elsewhere_is_shown(dialog: SettingsDialog, desk: ScriptedDesk) -> None:
    desk.settings.change(role_sentences={"subject": "This one."})
    assert dialog.words.rows[Role.SUBJECT].field.text() == "This one."
    await desk.settings.close()


async def test_the_words_of_marked_pictures_can_be_changed(
    dialog: SettingsDialog, desk: ScriptedDesk
) -> None:
    dialog.show_section("words")
    row = dialog.words.guide_rows[GuideWords.MARKS]
    assert row.field.text() == sentences.GUIDES[GuideWords.MARKS]
    row.field.setText("See the  numbers.")
    row.field.editingFinished.emit()
    assert desk.settings.value.guide_sentences[GuideWords.MARKS] == "See the numbers."
    assert desk.settings.value.sentences == {**sentences.DEFAULTS}
    row.reset.click()
    assert desk.settings.value.role_sentences == {}
    await desk.settings.close()
