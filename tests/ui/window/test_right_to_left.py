"""In a language written from the right, the window is the mirror image of what it is otherwise.

Everything but pictures, prompts and what is written in Latin letters: the sides of the window, the
order of tiles and pictures, icons that point, and the arrow keys, which follow the eye.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import QLocale, QMargins, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.common import i18n
from studio.common.number_format import ENGLISH, format_of
from studio.domain.choices import Verdict
from studio.domain.markup import Mark, MarkKind, Point
from studio.ui.panels.inspector.mark_row import MarkRow
from studio.ui.style.icons import DIRECTED, IconSet
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.layout_direction import (
    aligned,
    elided,
    flipped,
    led,
    margins,
    message_line,
    placed,
    reading_key,
)
from studio.ui.support.tile_content import describe
from studio.ui.views.compare.bar import CompareMode
from studio.ui.views.compare.chrome_label import ChromeLabel, ChromePiece
from studio.ui.views.gallery.grid import Grid
from studio.ui.views.gallery.layout import TileState, arrange
from studio.ui.views.gallery.tile_style import TileStyle
from studio.ui.widgets.text import KeyCap, Text
from tests.ui import scripted, states
from tests.ui.clipping import clipped
from tests.ui.windows import make, opened, until

LOCALE = Path(__file__).resolve().parents[3] / "resources" / "locale"


@pytest.fixture
def arabic(qapp: QApplication) -> Iterator[None]:
    """The program speaks Arabic, from right to left."""
    before = QLocale()
    i18n.use(gettext.translation("gridbrush", LOCALE, ["ar"]))
    i18n.use_numbers(format_of("ar"))
    QLocale.setDefault(QLocale("ar"))
    qapp.setLayoutDirection(QLocale().textDirection())
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    QLocale.setDefault(before)
    i18n.use(gettext.NullTranslations())
    i18n.use_numbers(ENGLISH)


def middle(widget: QWidget) -> int:
    """Where a widget is in its window, from the left."""
    return widget.mapTo(widget.window(), widget.rect().center()).x()


@pytest.mark.usefixtures("arabic")
async def test_the_window_is_mirrored_and_arrows_follow_the_eye(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1440) as window:
        await make(window, "Lighthouse", count=3)
        window.zones.open_inspector(True)
        gallery = window.gallery
        gallery.select_keys([window.library_view.order[0]])
        await until(window.core, window.actions_of.every["rate_4"].isEnabled, "selected")
        QApplication.sendPostedEvents()
        assert middle(window.sidebar) > middle(gallery) > middle(window.inspector)
        first, second = gallery.cell(0), gallery.cell(1)
        assert first.left() > second.right(), "lines of tiles begin at the right"
        assert gallery.row_at(first.center()) == 0
        gallery.setFocus()
        QTest.keyClick(gallery, Qt.Key.Key_Left)
        assert gallery.current_row() == 1, "Left is the next tile"
        QTest.keyClick(gallery, Qt.Key.Key_Right)
        assert gallery.current_row() == 0
        assert clipped(window) == set()


@pytest.mark.usefixtures("arabic")
async def test_the_film_strip_runs_from_the_right(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, "Lighthouse", count=3)
        picture = window.model.picture_at(0)
        assert picture is not None
        window.view_switch.open_loupe(picture)
        QApplication.sendPostedEvents()
        strip = window.loupe.film
        cells = strip.cells()
        assert [cell.place for cell in cells] == [0, 1, 2]
        assert cells[0].rect.left() > cells[1].rect.right()
        assert strip.cell_at(cells[2].rect.center()) == 2
        QTest.keyClick(window.loupe, Qt.Key.Key_Left)
        assert window.loupe.index == 1


@pytest.mark.usefixtures("arabic")
def test_icons_that_point_are_mirrored_and_others_are_not(qapp: QApplication) -> None:
    icons, black = IconSet(), QColor("black")

    def centre(name: str) -> float:
        """Where the ink of an icon is on average, from its left."""
        image = icons.render(name, black, 16, 1.0).toImage()
        ink = [(x, image.pixelColor(x, y).alpha()) for x in range(16) for y in range(16)]
        return sum(x * alpha for x, alpha in ink) / sum(alpha for _x, alpha in ink)

    mirrored = {name: centre(name) for name in ("panel-left", "panel-right", "flag")}
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert mirrored["panel-left"] == pytest.approx(15 - centre("panel-left"), abs=0.2)
    assert mirrored["panel-left"] == pytest.approx(centre("panel-right"), abs=0.5)
    assert abs(mirrored["panel-left"] - centre("panel-left")) > 0.4
    assert mirrored["flag"] == centre("flag")
    assert {"left", "right", "panel-left", "panel-right"} <= DIRECTED


@pytest.mark.parametrize("width", [900, 1003])
@pytest.mark.parametrize("lead", [0, 2])
def test_a_mirrored_grid_is_a_grid_seen_in_a_mirror(width: int, lead: int) -> None:
    plain = Grid(width=width, count=17, lead=lead)
    mirrored = structs.replace(plain, mirrored=True)
    around = QRect(0, 0, width, plain.height)
    area = QRect(130, 40, 300, 420)
    for row in range(17):
        assert mirrored.cell(row) == flipped(plain.cell(row), around)
        inside = mirrored.cell(row).center()
        assert mirrored.at(inside.x(), inside.y()) == row
    assert dict(mirrored.line_cells(range(2), 0)) == {row: mirrored.cell(row) for row in range(2)}
    assert mirrored.touched(flipped(area, around)) == plain.touched(area)


def test_a_mirrored_tile_has_its_name_at_the_right_and_its_marks_at_the_left(
    dressed: None,
) -> None:
    kit, cell = TileStyle(theme()), QRect(0, 0, 200, 220)
    tile = describe(scripted.picture(1), 0.0)
    hovered = TileState(tile=tile, hovered=True)
    plain, mirrored = (
        arrange(state, cell, kit) for state in (hovered, structs.replace(hovered, mirrored=True))
    )
    assert [zone.action for zone in mirrored.zones] == [zone.action for zone in plain.zones]
    assert mirrored.zones[-1].rect.left() < mirrored.zones[0].rect.left()
    assert plain.zones[-1].rect.left() > plain.zones[0].rect.left()
    assert mirrored.picture == plain.picture


@pytest.mark.usefixtures("arabic")
def test_numbers_beside_a_label_begin_where_words_do(dressed: None) -> None:
    label = Text("512")
    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute


@pytest.mark.usefixtures("arabic")
def test_what_is_in_latin_letters_keeps_its_direction() -> None:
    assert formatting.pixels(1024, 576) == "\u20661024 × 576\u2069"
    words = i18n._("Later: Settings, {keys}").format(keys="Ctrl ,")
    assert words.endswith("\u2068Ctrl ,\u2069")
    label = Text(words)
    assert QLabel.text(label) == words, "isolated still"


def test_without_such_a_language_nothing_is_isolated() -> None:
    assert formatting.pixels(1024, 576) == "1024 × 576"


def test_a_mirror_image_of_a_mirror_image_is_the_thing_itself(qapp: QApplication) -> None:
    around, box = QRect(10, 0, 101, 40), QRect(12, 3, 20, 5)
    assert flipped(box, around) == QRect(89, 3, 20, 5)
    assert flipped(flipped(box, around), around) == box
    widget = QWidget()
    widget.resize(100, 40)
    assert placed(widget, box) == box
    assert reading_key(widget, Qt.Key.Key_Left) is Qt.Key.Key_Left
    widget.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert placed(widget, box) == QRect(68, 3, 20, 5)
    assert reading_key(widget, Qt.Key.Key_Left) is Qt.Key.Key_Right
    assert reading_key(widget, Qt.Key.Key_Up) is Qt.Key.Key_Up
    assert widget.rect().contains(QPoint(0, 0))


@pytest.mark.usefixtures("arabic")
def test_a_message_keeps_closed_isolates_and_nothing_else_that_turns_text_around() -> None:
    assert message_line("\u0623 \u2068a,\u2069 b") == "\u0623 \u2068a,\u2069 b"
    assert message_line("\u202egnp\u202c \u2067x\u2069 \u2068open") == "gnp x open"
    assert message_line("\u2068a\u202eb\u2069") == "\u2068ab\u2069"


def test_elsewhere_a_message_keeps_no_isolates() -> None:
    assert message_line("a \u2068b\u2069") == "a b"


def shapes(widget: QWidget) -> QImage:
    """What is painted."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def ink_at(image: QImage, colour: QColor) -> float:
    """Where a colour is on average, from the left, as a share of the width."""
    found = [
        x
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == colour
    ]
    assert found
    return sum(found) / len(found) / (image.width() - 1)


@pytest.mark.usefixtures("arabic", "dressed")
def test_the_row_of_a_mark_is_mirrored(qapp: QApplication) -> None:
    corners = Point(0.1, 0.1), Point(0.3, 0.3)
    mark = Mark(kind=MarkKind.BOX, points=corners, sentence="حجر", colour="#ff0000")
    crop = QImage(44, 44, QImage.Format.Format_RGB32)
    crop.fill(QColor("#00ff00"))
    parent = QWidget()
    places = {}
    for direction in (Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight):
        qapp.setLayoutDirection(direction)
        row = MarkRow(0, parent)
        assert row.layoutDirection() is direction
        row.resize(280, 70)
        row.show_mark(0, mark, crop, on=False)
        layout = row.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        places[direction] = ink_at(shapes(row), QColor("#00ff00")), margins.left(), margins.right()
    right, left = places.values()
    assert left[0] < 0.2
    assert right[0] == pytest.approx(1 - left[0], abs=0.01)
    assert right[1:] == left[:0:-1], "its words leave room for it"


@pytest.mark.usefixtures("dressed")
def test_labels_on_pictures_are_mirrored(qapp: QApplication) -> None:
    parent = QWidget()
    places = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        parent.setLayoutDirection(direction)
        label = ChromeLabel(28, parent)
        label.set_pieces(
            [ChromePiece(text="A", role="bad", weight=600), ChromePiece(text="harbour at noon")]
        )
        places.append(ink_at(shapes(label), theme().color("bad")))
    assert places[0] < 0.2
    assert places[1] > 0.8


@pytest.mark.usefixtures("arabic")
async def test_a_tree_grows_from_the_right_and_arrows_follow_the_eye(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await states.make_family(window)
        await states.in_tree(window)
        canvas = window.tree.canvas
        root, child = canvas.scene.tree.root, canvas.selected
        right, left = canvas.box_rect(root), canvas.box_rect(child)
        assert right is not None
        assert left is not None
        assert right.left() > left.right()
        assert right.right() > canvas.width() / 2, "a small tree begins at the right"
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        assert canvas.selected == root
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        assert canvas.selected == child
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=right.center().toPoint())
        assert canvas.selected == root
        canvas.pan(-30, 0)
        moved = canvas.box_rect(root)
        assert moved is not None
        assert moved.left() == pytest.approx(right.left() - 30)
        canvas.zoom_by(1.5, moved.center())
        zoomed = canvas.box_rect(root)
        assert zoomed is not None
        assert zoomed.center().x() == pytest.approx(moved.center().x())
        window.tree.name_branch()
        place = canvas.tag_place()
        assert place is not None
        assert abs(window.tree.naming.geometry().center().x() - place.center().x()) <= 1


@pytest.mark.usefixtures("arabic")
async def test_the_first_picture_of_a_duel_is_the_right_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await states.make_family(window)
        await states.in_duel(window)
        view = window.duel
        QApplication.sendPostedEvents()
        first, second = view.panes
        assert middle(first) > middle(second)
        assert view.sides == (second, first)
        buttons = view.foot.buttons
        assert middle(buttons[Verdict.FIRST]) < middle(buttons[Verdict.SECOND]), "as the pictures"
        assert middle(buttons[Verdict.BOTH]) < middle(buttons[Verdict.FIRST]), "begins at the right"
        names = [pane.picture.name for pane in view.sides if pane.picture is not None]
        left, right = (buttons[one].accessibleName() for one in (Verdict.FIRST, Verdict.SECOND))
        assert left.endswith(names[0])
        assert right.endswith(names[1])
        told: list[object] = []
        view.decided.connect(told.append)
        QTest.keyClick(first.canvas, Qt.Key.Key_Left)
        assert told == [Verdict.SECOND], "Left is the picture at the left"


@pytest.mark.usefixtures("arabic")
async def test_swapped_sides_of_a_duel_are_those_that_are_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await states.make_family(window)
        await states.in_duel(window)
        view = window.duel
        view.swap()
        QApplication.sendPostedEvents()
        layout = view.layout()
        assert layout is not None
        layout.activate()
        first, second = view.panes
        assert middle(first) < middle(second)
        assert view.sides == (first, second)
        told: list[object] = []
        view.decided.connect(told.append)
        QTest.keyClick(first.canvas, Qt.Key.Key_Left)
        assert told == [Verdict.FIRST]


@pytest.mark.usefixtures("arabic")
async def test_a_comparison_begins_at_the_right_and_the_slider_goes_where_keys_point(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await states.make_family(window)
        await states.in_comparison(window)
        view = window.compare
        first, second = view.panes[:2]
        assert middle(first) > middle(second)
        assert window.compare.divider == 0.5
        view.set_mode(CompareMode.SLIDER)
        QTest.keyClicks(first.canvas, ".")
        assert view.divider == pytest.approx(0.49), "to the right, so that less of A is seen"
        at = QPoint(round(first.canvas.width() * 0.9), 50)
        QTest.mouseMove(first.canvas, at)
        assert view.divider == pytest.approx(0.1, abs=0.01)


@pytest.mark.usefixtures("arabic", "dressed")
def test_keys_read_from_the_left() -> None:
    assert KeyCap("← →").text() == "\u2066← →\u2069"
    assert KeyCap("استمرار \\").text() == "استمرار \\"


def test_what_opens_at_a_button_begins_where_lines_do(qapp: QApplication) -> None:
    button = QWidget()
    button.resize(80, 20)
    assert (aligned(button, 200), aligned(button, 200, at_end=True)) == (0, -120)
    assert margins(button, 1, 2, 3, 4) == QMargins(1, 2, 3, 4)
    button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert (aligned(button, 200), aligned(button, 200, at_end=True)) == (-120, 0)
    assert margins(button, 1, 2, 3, 4) == QMargins(3, 2, 1, 4)


@pytest.mark.usefixtures("arabic", "dressed")
def test_the_ellipsis_of_a_latin_name_stands_at_its_own_end() -> None:
    metrics = QFontMetrics(theme().font("small"))
    shown = elided(metrics, "A lighthouse on an island", Qt.TextElideMode.ElideRight, 80)
    assert (shown[0], shown[-2:]) == ("\u2068", "…\u2069")
    assert elided(metrics, "A", Qt.TextElideMode.ElideRight, 80) == "A"


@pytest.mark.usefixtures("arabic", "dressed")
def test_a_message_that_begins_with_a_latin_word_still_begins_at_the_right() -> None:
    label = Text("S يطوي فرعًا", wrap=True)
    assert QLabel.text(label) == "\u200fS يطوي فرعًا"
    assert led("\u2068S\u2069 يطوي") == "\u2068S\u2069 يطوي", "begins from the right already"
    for kept in ("Harbour", "يطوي S", "512"):
        assert led(kept) == kept
    assert QLabel.text(Text("S يطوي", prose=True)) == "S يطوي", "what users write is theirs"
