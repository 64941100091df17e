"""Mark mode in the window: K, the draft, undo, generating, other pictures, the narrow window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Picture, Reference, Role
from studio.domain.markup import Mark, MarkKind, Markup, Point
from studio.ui.controllers.mark import MarkController
from studio.ui.panels.composer import draft as drafting
from studio.ui.support.loupe_modes import LoupeModeName
from tests.ui import loupe_modes
from tests.ui.windows import OpenedWindow, make, opened, until

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
MARK = LoupeModeName.MARK


def marks_of(window: OpenedWindow) -> MarkController:
    return window.built.marks.get()


def sentences(window: OpenedWindow) -> list[str]:
    return [one.sentence for one in window.composer.draft().markup.marks]


def told(marks: MarkController) -> list[str]:
    """Sentences of the marks that are shown."""
    return [one.sentence for one in marks.editor.marks]


async def mark(window: OpenedWindow, picture: Picture) -> MarkController:
    """Select a picture in the grid and press K."""
    await loupe_modes.enter_mode(window, picture, MARK)
    return marks_of(window)


def pin(window: OpenedWindow, x: float, y: float) -> None:
    """Click the picture with the pin."""
    marks_of(window).mode.choose_tool(MarkKind.PIN)
    loupe_modes.click(window.loupe.canvas, x, y)


def write(words: str) -> None:
    """Write where the caret is, and press Enter."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit), field
    QTest.keyClicks(field, words)
    QTest.keyClick(field, _Key.Key_Return)


async def test_k_marks_a_picture_from_the_grid_and_the_draft_has_the_marks(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        assert not window.composer.compact
        assert window.loupe.film.isHidden()
        assert marks.page.isVisible()
        assert window.composer.draft().references == (), "marking nothing changes nothing"
        pin(window, 0.3, 0.3)
        write("Make this boat red")
        pin(window, 0.6, 0.7)
        write("Remove the buoy")

        def marked() -> bool:
            return sentences(window) == ["Make this boat red", "Remove the buoy"]

        await until(window.core, marked, "in the draft")
        (source,) = window.composer.draft().sources
        assert source.picture == picture.id
        slot = window.composer.card.slots.slots()[0]
        assert slot.accessibleName() == f"Editing {picture.name} with 2 marks"
        assert [row.accessibleName().partition(":")[2] for row in marks.page.rows()] == [
            " Make this boat red",
            " Remove the buoy",
        ]


async def test_the_pin_is_chosen_at_first_and_its_key_adds_none_yet(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        assert marks.mode.tool.chosen == MarkKind.PIN
        window.loupe.canvas.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
        QTest.keyClick(window.loupe.canvas, _Key.Key_N)
        assert marks.editor.marks == ()
        QTest.keyClick(window.loupe.canvas, _Key.Key_N)
        assert len(marks.editor.marks) == 1, "the second time"


async def test_ctrl_z_undoes_marks_only_and_never_a_change_of_the_library(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await window.core.library.rate([picture.id], 4)
        await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        canvas = window.loupe.canvas
        for _n in range(4):
            QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier)
        assert sentences(window) == []
        QTest.keyClick(canvas, _Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
        QTest.keyClick(canvas, _Key.Key_Y, _Mod.ControlModifier)
        assert sentences(window) == ["red"]
        (now,) = await window.core.library.find([picture.id])
        assert now.rating == 4


async def test_del_takes_the_mark_and_not_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        QTest.keyClick(window.loupe.canvas, _Key.Key_Delete)
        assert told(marks) == []
        pin(window, 0.4, 0.4)
        write("blue")
        row = marks.page.rows()[0]
        row.setFocus()
        QTest.keyClick(row, _Key.Key_Delete)
        assert told(marks) == []
        (now,) = await window.core.library.find([picture.id])
        assert not now.trashed


async def test_the_cross_of_the_slot_drops_source_and_marks_and_undo_brings_both_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        window.composer.card.slots.slots()[0].close_button.click()
        assert window.composer.draft().references == ()
        assert window.composer.draft().markup == Markup()
        assert told(marks) == []
        window.composer.undo()
        assert sentences(window) == ["red"]
        assert told(marks) == ["red"]


async def test_a_click_on_the_slot_returns_to_the_marks(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        window.view_switch.show_grid()
        assert not loupe_modes.is_in(window, MARK)
        slot = window.composer.card.slots.slots()[0]
        QTest.mouseClick(slot, LEFT, pos=QPoint(16, 16))
        await loupe_modes.mode_begun(window, picture, MARK)
        assert told(marks_of(window)) == ["red"]


async def test_another_picture_has_its_own_marks_and_its_first_one_makes_it_the_source(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        one, other = pictures[0], pictures[1]
        marks = await mark(window, one)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        marks.editor.select(None)
        QTest.keyClick(window.loupe.canvas, _Key.Key_Right)
        await loupe_modes.mode_begun(window, other, MARK)
        assert told(marks) == []
        assert sentences(window) == ["red"], "leafing changes nothing"
        QTest.keyClick(window.loupe.canvas, _Key.Key_Left)
        await loupe_modes.mode_begun(window, one, MARK)
        assert told(marks) == ["red"]
        marks.editor.select(None)
        QTest.keyClick(window.loupe.canvas, _Key.Key_Right)
        await loupe_modes.mode_begun(window, other, MARK)
        pin(window, 0.5, 0.5)
        write("blue")

        def moved() -> bool:
            return [each.picture for each in window.composer.draft().sources] == [other.id]

        await until(window.core, moved, "the other source")
        assert sentences(window) == ["blue"]
        window.composer.undo()
        while sentences(window) == ["blue"]:
            window.composer.undo()
        assert sentences(window) == ["red"], "undo brings the first picture's back"


async def test_a_run_is_sent_with_its_marks_and_they_are_faint_until_it_ends(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        for x, words in ((0.2, "Make this boat red"), (0.5, "More light"), (0.8, "No buoy")):
            pin(window, x, 0.5)
            write(words)
        await until(window.core, lambda: len(sentences(window)) == 3, "in the draft")
        window.composer.set_prompt("Keep everything else")
        faint: list[int] = []
        marks.editor.changed.connect(lambda: faint.append(len(marks.editor.sent)))
        window.composer.generate_now()
        await until(window.core, lambda: window.model.rowCount() == 2, "made")
        await window.core.queue.idle()
        rows = window.library_view.order
        made = next(one for one in await window.core.library.pictures(rows) if one.id != picture.id)
        assert made.markup is not None
        assert [each.sentence for _n, each in made.markup.sent_marks] == [
            "Make this boat red",
            "More light",
            "No buoy",
        ]
        assert 3 in faint
        await until(window.core, lambda: not marks.editor.sent, "full again")
        assert len(sentences(window)) == 3, "the draft keeps them for the next one"
        window.composer.clear()
        window.built.handlers._remix(made)
        assert sentences(window) == ["Make this boat red", "More light", "No buoy"]


async def test_the_marks_survive_the_end_of_the_program(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await mark(window, picture)
        pin(window, 0.25, 0.5)
        write("Make this boat red")
        await until(window.core, lambda: len(sentences(window)) == 1, "in the draft")
        kept = window.composer.draft().markup
        path = window.core.draft.path
    left = DraftFile(path).load()
    assert left is not None
    assert left.markup == kept
    async with opened(tmp_path) as window:
        assert window.composer.draft().markup == kept
        marks = await mark(window, picture)
        assert marks.editor.markup == kept


async def test_esc_leads_from_the_sentence_to_the_grid(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        pin(window, 0.3, 0.3)
        field, canvas, seen = QApplication.focusWidget(), window.loupe.canvas, []
        assert isinstance(field, QLineEdit)
        for widget in (field, *[canvas] * 4):
            QTest.keyClick(widget, _Key.Key_Escape)
            seen.append(
                (
                    marks.editor.selected,
                    marks.mode.tool.chosen,
                    loupe_modes.is_in(window, MARK),
                    window.view_switch.in_loupe,
                    window.composer.compact,
                    window.loupe.film.isHidden(),
                )
            )
        assert seen == [
            (0, MarkKind.PIN, True, True, False, True),
            (None, MarkKind.PIN, True, True, False, True),
            (None, None, True, True, False, True),
            (None, None, False, True, True, False),
            (None, None, False, False, False, False),
        ]


async def test_done_leaves_and_the_caret_goes_to_the_prompt(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        marks.page.done_button.click()
        assert not loupe_modes.is_in(window, MARK)
        assert QApplication.focusWidget() is window.composer.card.editor


async def test_the_bar_switches_between_looking_and_marking(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.show()
        window.view_switch.open_loupe(picture)
        modes = window.loupe.bar._modes
        await until(window.core, lambda: window.loupe.picture is not None, "read")
        modes.segment("mark").click()
        await loupe_modes.mode_begun(window, picture, MARK)
        modes.segment("look").click()
        assert not loupe_modes.is_in(window, MARK)
        QTest.keyClick(window.loupe.canvas, _Key.Key_K)
        await loupe_modes.mode_begun(window, picture, MARK)
        assert modes.value == "mark"


async def test_rating_and_views_keep_their_keys_while_marking(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        QTest.keyClick(window.loupe.canvas, _Key.Key_4)

        def rated() -> bool:
            shown = window.loupe.picture
            return shown is not None and shown.rating == 4

        await until(window.core, rated, "rated")
        QTest.keyClick(window.loupe.canvas, _Key.Key_G)
        assert not window.view_switch.in_loupe
        assert not loupe_modes.is_in(window, MARK)


async def test_more_than_twelve_marks_are_warned_of(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        many = [
            Mark(kind=MarkKind.PIN, points=(Point(n / 20, 0.5),), sentence="red") for n in range(13)
        ]
        marks.editor.add(replace(many[0], sentence=""))
        for one in many[1:]:
            marks.editor.add(one)
        notices = [window.messages.notice]  # one of them is not sent
        marks.editor.add(many[0])
        notices.append(window.messages.notice)
        assert [one and one.text for one in notices] == [
            None,
            "Models follow about 12 marks well. You have 13.",
        ]
        marks.editor.undo()
        assert window.messages.notice is None


async def test_a_model_that_takes_one_picture_gets_the_marked_copy_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        marks.page.set_alone("nano-banana-lite")
        tick = marks.page._clean
        assert (tick.isEnabled(), tick.isChecked()) == (False, False)
        words = "nano-banana-lite takes one picture: only the marked copy is sent."
        assert marks.page._alone.text() == words
        assert marks.editor.markup.send_clean, "the user's own choice stays"
        marks.page.set_alone("")
        assert (tick.isEnabled(), tick.isChecked()) == (True, True)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        tick.click()
        assert not window.composer.draft().markup.send_clean


async def test_in_a_narrow_window_the_sentence_opens_under_its_pin(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1024) as window:
        (picture,) = await make(window)
        window.resize(1024, 640)
        marks = await mark(window, picture)
        assert not marks.page.isVisible()
        pin(window, 0.3, 0.3)
        assert marks.mode.field.isVisible()
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        button = window.loupe.bar._list
        assert button.isVisible()
        assert button.text() == "1 mark"
        button.click()
        assert marks.page.isVisible()
        pin(window, 0.7, 0.7)
        assert not marks.mode.field.isVisible()
        field = QApplication.focusWidget()
        assert field is marks.page.rows()[1].field


async def test_the_marked_picture_is_copied_with_its_marks(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        marks.editor.add(
            Mark(kind=MarkKind.BOX, points=(Point(0.2, 0.2), Point(0.8, 0.8)), sentence="red")
        )
        clipboard = QGuiApplication.clipboard()
        clipboard.clear()
        marks.page.copy_button.click()

        def copied() -> bool:
            contents = clipboard.mimeData()
            return contents is not None and contents.hasImage()

        await until(window.core, copied, "copied")
        image = clipboard.image()
        assert (image.width(), image.height()) == (picture.width, picture.height)
        red = image.pixelColor(image.width() // 2, round(image.height() * 0.2))
        assert red.red() > 150
        assert red.green() < 110


def test_marks_stay_only_while_their_source_stays() -> None:
    def reference(sign: str, role: Role) -> Reference:
        return Reference(sha256=sign * 64, media_type="image/png", role=role)

    drawn = Markup(marks=(Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),)),))
    source, style = reference("a", Role.EDIT), reference("b", Role.STYLE)
    draft = Draft(references=(source, style), markup=drawn)
    for after in (
        drafting.with_references(draft, [reference("c", Role.FREE)]),
        drafting.without(draft, 1, aspect="1:1"),
        drafting.with_role(draft, 1, Role.PALETTE),
        drafting.with_sentence(draft, 1, "so"),
        drafting.replaced(draft, 1, reference("d", Role.FREE)),
        drafting.with_sources(draft, [replace(source, name="again")]),
    ):
        assert after.markup == drawn
    for after in (
        drafting.with_sources(draft, [reference("c", Role.EDIT)]),
        drafting.with_sources(draft, [source, reference("c", Role.EDIT)]),
        drafting.without(draft, 0, aspect="1:1"),
        drafting.without_source(draft, aspect="1:1"),
        drafting.replaced(draft, 0, reference("d", Role.FREE)),
        drafting.cleared(draft, aspect="1:1"),
    ):
        assert after.markup == Markup()


async def test_menus_of_a_mark_and_of_the_keys_do_what_they_say(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        marks.editor.add(Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),), sentence="red"))
        row = marks.page.rows()[0]

        def choose(text: str) -> None:
            menu = row.open_menu(QPoint())
            next(one for one in menu.actions() if one.text().startswith(text)).trigger()
            menu.close()

        choose("Hide")
        assert marks.editor.marks[0].hidden
        choose("Show")
        assert not row.eye.accessibleName().startswith("Show")
        choose("Change the note")
        assert QApplication.focusWidget() is row.field
        choose("Remove")
        assert told(marks) == []
        keys = marks.page._keys
        assert keys.isVisible()
        menu = keys.open_menu(QPoint())
        menu.actions()[0].trigger()
        menu.close()
        assert not keys.isVisible()
        assert not window.core.settings.value.mark_keys


async def test_a_row_is_dragged_to_another_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        for n in range(3):
            where = Point(0.2 + 0.2 * n, 0.5)
            marks.editor.add(Mark(kind=MarkKind.PIN, points=(where,), sentence=f"note {n}"))
        QApplication.processEvents()
        first, *_others, last = marks.page.rows()
        start = QPoint(30, 30)
        end = first.mapFrom(marks.page.list.area, QPoint(30, last.geometry().bottom()))
        QTest.mousePress(first, LEFT, pos=start)
        QTest.mouseMove(first, start + QPoint(0, 40))
        QTest.mouseMove(first, end)
        QTest.mouseRelease(first, LEFT, pos=end)
        assert told(marks) == ["note 1", "note 2", "note 0"]
        QTest.keyClick(marks.page.rows()[2], _Key.Key_Up, _Mod.AltModifier)
        assert told(marks) == ["note 1", "note 0", "note 2"]


async def test_k_marks_the_picture_of_any_view(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        window.show()
        switch = window.view_switch
        for key, within in (
            (_Key.Key_T, lambda: switch.in_tree),
            (_Key.Key_C, lambda: switch.in_compare),
            (_Key.Key_L, lambda: switch.in_loupe),
        ):
            switch.show_grid()
            window.gallery.setFocus()
            window.gallery.select_keys([pictures[0].row])
            await until(window.core, window.actions_of.every["mark"].isEnabled, "selected")
            QTest.keyClick(window.gallery, key)
            await until(window.core, within, "the view")
            await until(window.core, lambda: switch.large and switch.large.picture, "read")
            shown = switch.large
            assert shown is not None
            picture = shown.picture
            assert picture is not None
            focus = QApplication.focusWidget()
            assert focus is not None
            await until(window.core, window.actions_of.every["mark"].isEnabled, "enabled")
            QTest.keyClick(focus, _Key.Key_K)
            await loupe_modes.mode_begun(window, picture, MARK)


async def test_a_mark_dragged_while_the_draft_changes_is_let_go(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        marks = await mark(window, picture)
        pin(window, 0.3, 0.3)
        write("red")
        await until(window.core, lambda: sentences(window) == ["red"], "in the draft")
        marks.mode.choose_tool(None)
        canvas = window.loupe.canvas
        QTest.mousePress(canvas, LEFT, pos=loupe_modes.place(window.loupe.canvas, 0.3, 0.3))
        QTest.mouseMove(canvas, loupe_modes.place(window.loupe.canvas, 0.4, 0.4))
        window.composer.clear()
        assert told(marks) == []
        QTest.mouseMove(canvas, loupe_modes.place(window.loupe.canvas, 0.5, 0.5))
        QTest.mouseRelease(canvas, LEFT, pos=loupe_modes.place(window.loupe.canvas, 0.5, 0.5))
        assert told(marks) == []
        assert window.composer.draft().markup == Markup()
