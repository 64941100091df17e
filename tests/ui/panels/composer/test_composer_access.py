"""Names and roles for screen readers and tests from outside; the compact line; the Tab key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Picture, Reference, Role
from studio.library.query import PromptUse
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.composer.prompt_history import HistoryPopup
from studio.ui.support.row_thumbnails import RowThumbnails
from tests.ui.scripted_core import until
from tests.ui.scripted_library import jpeg, picture

POPUPS = pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
SOURCE = Reference(sha256="1", media_type="image/png", role=Role.EDIT, name="one")
PRO = Draft(profile="google", model="gemini-3-pro-image", size="2K", prompt="{a|b|c} fox")


def named(root: QWidget, name: str) -> list[tuple[QAccessible.Role, str]]:
    """Role and description of everything in sight with this accessible name."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None and interface.text(QAccessible.Text.Name) == name:
            found.append((interface.role(), interface.text(QAccessible.Text.Description)))
    return found


async def test_the_fixed_names_and_roles(composer) -> None:
    composer.set_draft(PRO)
    roles = {
        "Prompt": QAccessible.Role.EditableText,
        "Generate": QAccessible.Role.Button,
        "Model": QAccessible.Role.ComboBox,
        "Aspect ratio": QAccessible.Role.Grouping,
        "Size": QAccessible.Role.ComboBox,
        "Count": QAccessible.Role.SpinBox,
    }
    for name, role in roles.items():
        found = named(composer, name)
        assert [each for each, _description in found] == [role], name
    assert named(composer, "Generate")[0][1] == "3 pictures, about $0.40"
    assert [role for role, _d in named(composer, "16:9")] == [QAccessible.Role.RadioButton]


async def test_the_tab_key_goes_from_the_source_to_generate(composer) -> None:
    composer.set_draft(replace(PRO, references=(SOURCE,), aspect=MATCH))
    composer.activateWindow()
    wanted = [
        composer.card.slots.slots()[0],
        composer.card.slots.add,
        composer.card.editor,
        composer.card.choices.model,
        composer.card.choices.aspect.segments()[0],
        composer.card.choices.size_chip,
        composer.card.choices.count,
        composer.card.generate,
    ]
    wanted[0].setFocus()
    reached: list[QWidget] = []
    for _step in range(20):
        reached.append(composer.focusWidget())
        QTest.keyClick(composer.focusWidget(), Qt.Key.Key_Tab)
    places = [reached.index(widget) for widget in wanted]
    assert places == sorted(places)


async def test_every_button_has_a_name(composer) -> None:
    from PySide6.QtWidgets import QAbstractButton

    composer.set_draft(replace(PRO, references=(SOURCE,), aspect=MATCH))
    shown = [one for one in composer.findChildren(QAbstractButton) if one.isVisible()]
    assert len(shown) > 5
    assert [one for one in shown if not (one.accessibleName() or one.text())] == []


class ComposerWindow(QWidget):
    """A view with the composer under it."""

    def __init__(self, core: object) -> None:
        super().__init__()
        self.view = QWidget(self)
        self.composer = Composer(core, self)  # type: ignore[arg-type]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.view, 1)
        box.addWidget(self.composer)
        self.resize(1280, 800)
        self.show()
        self.settle = box.activate


async def test_compact_is_one_line_and_opens_over_the_view(core, look) -> None:
    window = ComposerWindow(core)
    composer = window.composer
    composer.set_draft(PRO, undoable=False)
    composer.set_compact(True)
    window.settle()
    assert composer.height() == 65  # 44, 10 above and below, and the line of the dock
    assert not composer.sheet.isVisible()
    height = window.view.height()
    QTest.mouseClick(composer.line, Qt.MouseButton.LeftButton, pos=QPoint(200, 20))
    assert composer.is_open
    assert composer.sheet.isVisible()
    window.settle()
    assert window.view.height() == height
    assert composer.sheet.geometry().bottom() == window.height() - 1
    assert window.focusWidget() is composer.card.editor
    QTest.keyClick(composer.card.editor, Qt.Key.Key_Escape)
    assert composer.compact
    assert composer.sheet.parentWidget() is composer
    composer.set_compact(False)
    assert composer.sheet.isVisible()
    assert composer.sheet.parentWidget() is composer
    assert composer.draft() == PRO
    window.close()
    window.deleteLater()


async def test_a_card_opened_over_a_wide_view_fits_into_a_narrow_one(core, look) -> None:
    window = ComposerWindow(core)
    composer = window.composer
    composer.set_draft(PRO, undoable=False)
    composer.set_compact(True)
    window.settle()
    composer.open_full()
    assert composer.sheet.width() == window.width()
    composer.set_compact(False)
    window.resize(900, 800)
    window.settle()
    assert composer.width() == 900
    assert composer.sheet.width() == 900
    window.close()
    window.deleteLater()


async def test_the_compact_line_sends(core, look, collected) -> None:
    window = ComposerWindow(core)
    runs = collected(window.composer.generate)
    window.composer.set_draft(PRO, undoable=False)
    window.composer.set_compact(True)
    assert [role for role, _d in named(window.composer, "Generate")] == [QAccessible.Role.Button]
    QTest.mouseClick(window.composer.line.generate, Qt.MouseButton.LeftButton)
    assert len(runs) == 1
    assert not window.composer.is_open
    window.close()
    window.deleteLater()


async def test_a_question_opens_the_compact_composer(core, look) -> None:
    window = ComposerWindow(core)
    window.composer.set_draft(replace(PRO, count=8), undoable=False)
    window.composer.set_compact(True)
    window.composer.generate_now()
    assert window.composer.is_open
    assert window.composer.bar.isVisible()
    window.close()
    window.deleteLater()


async def test_below_700_pixels_the_prompt_has_two_lines_until_focused(core, look) -> None:
    window = ComposerWindow(core)
    window.resize(1280, 640)
    editor = window.composer.card.editor
    window.activateWindow()
    window.composer.set_draft(replace(PRO, prompt="\n" * 5), undoable=False)
    assert editor.height() == 2 * editor.line_height() + 2
    editor.setFocus()
    window.composer.set_writing(True)
    assert editor.height() > 4 * editor.line_height()
    window.close()
    window.deleteLater()


@POPUPS
async def test_history_lists_searches_and_enter_takes_one(composer, core, heard) -> None:
    core.library.prompts_used = ["a red fox", "a blue whale"]
    composer.on_history_wanted()
    popup = composer.findChild(HistoryPopup)
    await popup.read("")
    assert popup.prompts() == ("a red fox", "a blue whale")
    await popup.read("whale")
    QTest.keyClick(popup.search.field, Qt.Key.Key_Return)
    assert composer.draft().prompt == "a blue whale"
    composer.undo()
    assert composer.draft().prompt == ""


@POPUPS
async def test_an_empty_history_says_so(composer, core) -> None:
    composer.on_history_wanted()
    popup = composer.findChild(HistoryPopup)
    await popup.read("")
    assert not popup.empty.isHidden()
    popup.close()


@POPUPS
async def test_prompts_are_listed_with_a_picture_made_with_them(composer: Composer) -> None:
    class Source:
        """A library with one picture."""

        async def find(self, ids: Sequence[str]) -> list[Picture]:
            return [picture(1, id=id) for id in ids if id == "fox"]

        async def thumbnail(self, _picture: Picture, _edge: int) -> bytes:
            return jpeg(300, 100, "#c06040")

        async def input_thumbnail(self, _reference: object, _edge: int = 256) -> bytes:
            raise AssertionError("there is none")

    async def prompts(_words: str) -> list[PromptUse]:
        return [PromptUse("a red fox", 2.0, 1, "fox"), PromptUse("a blue whale", 1.0, 1)]

    thumbnails = RowThumbnails(Source(), composer)
    popup = HistoryPopup(prompts, composer, thumbnails)
    popup.show()
    await popup.read("")
    popup.grab()
    await until(lambda: popup.thumbnail(0) is not None)
    assert popup.thumbnail(1) is None
    row = popup.list.visualRect(popup.list.model().index(0, 0))
    image = popup.list.viewport().grab().toImage()
    line = [image.pixelColor(x, row.center().y()) for x in range(row.left(), row.left() + 60)]
    painted = [colour for colour in line if colour.red() > colour.blue() + 60]
    assert len(painted) > 20, "the picture is painted, and not tinted"
    popup.close()
