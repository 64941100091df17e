"""Writing: undo, history, paste, colours, growing."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl
from PySide6.QtGui import QFocusEvent, QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Reference, Role
from studio.domain.markup import Mark, MarkKind, Markup, Point
from studio.ui.panels.composer.prompt_colours import spans
from tests.ui.scripted_library import settle

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
SOURCE = Reference(sha256="1", media_type="image/png", role=Role.EDIT, name="one")


async def test_typing_is_the_draft(composer, collected) -> None:
    said = collected(composer.changed)
    QTest.keyClicks(composer.card.editor, "a red fox")
    assert composer.draft().prompt == "a red fox"
    assert said[-1].prompt == "a red fox"


async def test_ctrl_z_takes_back_a_word_then_a_choice(composer) -> None:
    editor = composer.card.editor
    composer.on_count_chosen(3)
    QTest.keyClicks(editor, "red fox")
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL)
    assert composer.draft().prompt == "red "
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL)
    assert (composer.draft().prompt, composer.draft().count) == ("", 3)
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL)
    assert composer.draft().count == 1
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL | SHIFT)
    assert composer.draft().count == 3
    QTest.keyClick(editor, Qt.Key.Key_Y, CTRL)
    assert editor.text() == "red "


async def test_undo_puts_the_caret_where_the_text_changed(composer) -> None:
    editor = composer.card.editor
    composer.set_draft(Draft(prompt="a fox at night"))
    composer.set_draft(Draft(prompt="a fox at dawn"))
    composer.undo()
    assert editor.text() == "a fox at night"
    assert editor.textCursor().position() == len("a fox at night")


async def test_text_beyond_the_basic_plane_survives_undo(composer) -> None:
    composer.set_draft(Draft(prompt="🦊 and 🐻"))
    composer.set_draft(Draft(prompt="🦊 or 🐻"))
    composer.undo()
    assert composer.card.editor.text() == "🦊 and 🐻"


async def test_esc_in_an_empty_prompt_goes_back_to_making_new(composer, collected) -> None:
    left = collected(composer.left)
    composer.on_aspect_chosen("3:2")
    composer.set_draft(Draft(references=(SOURCE,), aspect=MATCH))
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Escape)
    assert composer.draft().references == ()
    assert composer.draft().aspect == "3:2"
    assert not left
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Escape)
    assert len(left) == 1


async def test_esc_in_an_empty_prompt_throws_no_marks_away(composer, collected) -> None:
    left = collected(composer.left)
    mark = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),))
    composer.set_draft(Draft(references=(SOURCE,), markup=Markup(marks=(mark,))))
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Escape)
    assert composer.draft().markup.marks == (mark,)
    assert len(left) == 1


async def test_the_placeholder_says_what_is_done(composer) -> None:
    editor = composer.card.editor
    assert editor.placeholderText() == "What should the picture show?"
    composer.set_draft(Draft(references=(SOURCE,)))
    assert editor.placeholderText() == "What should change?"


async def test_alt_up_walks_through_the_prompts_and_back(composer, core, heard) -> None:
    core.library.prompts_used = ["newest", "older"]
    editor = composer.card.editor
    QTest.keyClicks(editor, "mine")
    QTest.keyClick(editor, Qt.Key.Key_Up, ALT)
    await heard(composer.changed)
    assert editor.text() == "newest"
    QTest.keyClick(editor, Qt.Key.Key_Up, ALT)
    QTest.keyClick(editor, Qt.Key.Key_Up, ALT)
    assert editor.text() == "older"
    QTest.keyClick(editor, Qt.Key.Key_Down, ALT)
    QTest.keyClick(editor, Qt.Key.Key_Down, ALT)
    assert editor.text() == "mine"


async def test_pasted_files_become_references_and_leave_the_text_alone(composer, heard) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/kelp forest.png")])
    composer.card.editor.insertFromMimeData(mime)
    draft = await heard(composer.changed)
    assert [(r.name, r.role) for r in draft.references] == [("kelp forest", Role.FREE)]
    assert composer.card.editor.text() == ""


async def test_a_pasted_image_becomes_a_reference(composer, heard) -> None:
    mime = QMimeData()
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    mime.setImageData(image)
    composer.card.editor.insertFromMimeData(mime)
    draft = await heard(composer.changed)
    assert len(draft.references) == 1


async def test_only_the_words_of_rich_text_are_pasted(composer) -> None:
    mime = QMimeData()
    mime.setHtml("<b>bold</b> words")
    mime.setText("bold words")
    composer.card.editor.insertFromMimeData(mime)
    assert composer.draft().prompt == "bold words"
    assert not composer.card.editor.textCursor().charFormat().font().bold()


async def test_words_still_in_the_input_method_are_not_the_prompt_yet(composer) -> None:
    editor = composer.card.editor
    QApplication.sendEvent(editor, QInputMethodEvent("にほ", []))
    assert composer.draft().prompt == ""
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(editor, done)
    assert composer.draft().prompt == "日本"


async def test_nothing_is_submitted_while_a_word_is_composed(composer) -> None:
    editor = composer.card.editor
    submitted = []
    editor.submitted.connect(lambda: submitted.append(editor.text()))
    QApplication.sendEvent(editor, QInputMethodEvent("にほん", []))
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert submitted == []
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(editor, done)
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert submitted == ["日本"]


async def test_a_click_on_generate_takes_the_word_that_is_composed(composer, collected) -> None:
    sent = collected(composer.generate)
    composer.set_draft(Draft(prompt="a cat, "))
    editor = composer.card.editor
    editor.caret_to_end()
    QApplication.sendEvent(editor, QInputMethodEvent("にほん", []))
    composer.card.generate.click()
    assert sent[0].requests[0].prompt == "a cat, にほん"
    assert not editor.composing


def test_groups_bars_notes_and_lone_braces_are_coloured() -> None:
    text = "🦊 {a|b}\n# note\n{lone"
    found = set(spans(text))
    assert (3, 8, "group") in found  # the fox counts twice in Qt
    assert (5, 6, "bar") in found
    assert any(kind == "comment" and first == 9 for first, _last, kind in found)
    assert any(kind == "warning" and first == 16 for first, _last, kind in found)


def test_an_empty_part_is_underlined() -> None:
    assert any(kind == "warning" for _first, _last, kind in spans("{a|}"))


async def test_the_colours_reach_the_text(composer, look) -> None:
    composer.set_draft(Draft(prompt="a {red|blue} fox"))
    formats = composer.card.editor.document().firstBlock().layout().formats()
    group = next(f for f in formats if f.start == 2)
    assert group.format.foreground().color() == look.color("ink")
    assert group.format.background().color() == look.color("tint")


async def test_it_grows_from_two_lines_to_forty_percent_of_the_window(composer) -> None:
    editor = composer.card.editor
    assert editor.height() == 2 * editor.line_height() + 2
    composer.resize(1200, 900)
    composer.set_draft(Draft(prompt="\n".join("line" for _ in range(5))))
    assert editor.height() == 5 * editor.line_height() + 2
    composer.set_draft(Draft(prompt="\n".join("line" for _ in range(100))))
    assert editor.height() <= 0.4 * 900 + editor.line_height()
    assert editor.verticalScrollBar().maximum() > 0


async def test_the_length_is_said_near_the_limit(composer) -> None:
    counter = composer.card.counter
    limit = composer.model().prompt_limit
    composer.set_draft(replace(composer.draft(), prompt="x" * int(limit * 0.7)))
    assert counter.isHidden()
    composer.set_draft(replace(composer.draft(), prompt="x" * int(limit * 0.9)))
    assert not counter.isHidden()
    assert f"{limit:,}" in counter.text()


async def test_a_selection_is_not_shown_once_another_view_has_the_focus(composer) -> None:
    composer.set_draft(Draft(prompt="a lighthouse"))
    editor = composer.card.editor
    for reason, stays in (
        (Qt.FocusReason.PopupFocusReason, True),
        (Qt.FocusReason.ActiveWindowFocusReason, True),
        (Qt.FocusReason.MouseFocusReason, False),
    ):
        editor.selectAll()
        QApplication.sendEvent(editor, QFocusEvent(QEvent.Type.FocusOut, reason))
        assert editor.textCursor().hasSelection() is stays
    assert editor.text() == "a lighthouse"


async def test_the_prompt_uses_the_width_of_its_field(composer) -> None:
    composer.resize(2400, 400)
    composer.set_draft(Draft(prompt="a lighthouse on a granite island at dusk, " * 4))
    await settle()
    editor = composer.card.editor
    assert editor.lineWrapColumnOrWidth() == editor.viewport().width()
