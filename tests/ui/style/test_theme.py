"""One look: roles, type, icons by name, the style sheet, and the focus ring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPixmap,
    QRawFont,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.common import paths
from studio.ui.style import fonts, icons, stylesheet
from studio.ui.style.roles import DARK, LIGHT
from studio.ui.style.theme import FontName, Theme, install, theme
from studio.ui.support.key_repeat import keyboard_used_last
from studio.ui.widgets import focus_ring
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.text import Text

# Section 4 of the design, with the two that may be filled.
NAMES = [
    "menu",
    "search",
    "close",
    "plus",
    "minus",
    "grid",
    "loupe",
    "compare",
    "tree",
    "panel-left",
    "panel-right",
    "images",
    "clock",
    "flag",
    "warning",
    "folder",
    "smart-folder",
    "history",
    "template",
    "trash",
    "sort",
    "caption",
    "tile-small",
    "tile-big",
    "down",
    "right",
    "left",
    "edit",
    "vary",
    "remix",
    "copy",
    "save",
    "more",
    "star",
    "check",
    "reject",
    "shield-x",
    "cloud-off",
    "network",
    "retry",
    "coin",
    "key",
    "lock",
    "unlock",
    "dice",
    "sliders",
    "model",
    "match",
    "reference",
    "import",
    "fit",
    "split",
    "side-by-side",
    "eye",
    "difference",
    "swap",
    "palette",
    "brush",
    "gear",
    "help",
    "missing",
    "info",
    "queue",
    "flag-filled",
    "star-filled",
]


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    """The theme of the program, dark, and dark again after the test."""
    yield install(qapp, "dark")
    install(qapp, "dark")


def ink_of(pixmap: QPixmap) -> tuple[int, set[str]]:
    """How many pixels are drawn, and the colours of the full ones."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    drawn, colours = 0, set()
    for y in range(image.height()):
        for x in range(image.width()):
            pixel = image.pixelColor(x, y)
            drawn += pixel.alpha() > 0
            if pixel.alpha() > 240:
                colours.add(pixel.name())
    return drawn, colours


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_of_the_design_exists_and_draws(name: str, look: Theme) -> None:
    drawn, _colours = ink_of(look.pixmap(name, "text", 16, 1.0))
    assert drawn >= 3


def test_every_icon_file_is_monochrome_on_the_grid() -> None:
    for file in icons.folder().glob("*.svg"):
        text = file.read_text(encoding="utf-8")
        assert 'viewBox="0 0 16 16"' in text, file.name
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', text)) <= {"none", "currentColor"}


def test_an_unknown_icon_says_its_name(look: Theme) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        look.pixmap("no-such-icon")


def test_an_icon_takes_the_colour_of_its_role(look: Theme) -> None:
    _drawn, colours = ink_of(look.pixmap("flag-filled", "bad", 32, 1.0))
    assert colours == {DARK.bad}


def test_a_filled_icon_covers_more_than_its_outline(look: Theme) -> None:
    for name in ("flag", "star"):
        outline, _ = ink_of(look.pixmap(name, "text", 48))
        filled, _ = ink_of(look.pixmap(f"{name}-filled", "text", 48))
        assert filled > outline


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_icons_are_drawn_at_device_pixels(dpr: float, look: Theme) -> None:
    pixmap = look.pixmap("grid", "text", 16, dpr)
    assert pixmap.width() == round(16 * dpr)
    assert pixmap.deviceIndependentSize().toSize() == QSize(16, 16)


def test_a_drawn_icon_is_kept(look: Theme) -> None:
    assert look.pixmap("grid", "text").cacheKey() == look.pixmap("grid", "text").cacheKey()


def test_a_bound_icon_follows_the_theme(look: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    look.bind_icon(button, "flag-filled", "text", size=32)
    assert ink_of(button.icon().pixmap(32))[1] == {DARK.text}
    look.apply(qapp, "light")
    assert ink_of(button.icon().pixmap(32))[1] == {LIGHT.text}


def test_the_theme_outlives_what_its_icons_were_bound_to(look: Theme, qapp: QApplication) -> None:
    button = QPushButton()
    look.bind_icon(button, "flag")
    del button
    look.apply(qapp, "light")
    assert look.roles is LIGHT


def test_the_choice_is_applied_and_announced(look: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(look.changed, timeout=60_000):
        look.apply(qapp, "light")
    assert theme() is look
    assert look.roles is LIGHT
    assert not look.dark
    assert qapp.palette().window().color().name() == LIGHT.panel
    assert LIGHT.panel.removeprefix("#") in qapp.styleSheet()


def test_system_follows_the_system(look: Theme, qapp: QApplication) -> None:
    look.apply(qapp, "system")
    light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
    assert look.roles is (LIGHT if light else DARK)
    other = Qt.ColorScheme.Dark if light else Qt.ColorScheme.Light
    QGuiApplication.styleHints().setColorScheme(other)
    seen = QGuiApplication.styleHints().colorScheme()
    assert look.roles is (LIGHT if seen == Qt.ColorScheme.Light else DARK)


def test_an_unknown_role_says_its_name(look: Theme) -> None:
    with pytest.raises(KeyError, match="purple"):
        look.color("purple")


def test_figures_are_tabular_and_sizes_those_of_the_design(look: Theme) -> None:
    sizes = {
        name: look.font(name).pixelSize()
        for name in ("display", "title", "prompt", "body", "small", "micro", "timer")
    }
    assert sizes == {
        "display": 22,
        "title": 14,
        "prompt": 15,
        "body": 13,
        "small": 12,
        "micro": 11,
        "timer": 18,
    }
    assert look.font("small").featureValue(QFont.Tag("tnum")) == 1
    assert look.font("title").weight() == QFont.Weight.DemiBold
    assert QFontInfo(look.font("body")).pixelSize() == 13


def test_the_typeface_comes_with_the_program(look: Theme, qapp: QApplication) -> None:
    """Told by the tables of the file in use: the system may have an Inter of its own."""
    look.apply(qapp, "dark")
    for weight, path in zip((400, 600), fonts.files(), strict=True):
        used = QRawFont.fromFont(look.font("body", weight=weight))
        assert used.familyName() == "Inter"
        own = QRawFont(str(path), 13)
        for table in ("head", "hmtx"):
            assert used.fontTable(table) == own.fontTable(table), (weight, table)
    assert look.font("body").families()[1:] == [QGuiApplication.font().families()[-1]]


def test_a_heading_is_drawn_heavier_than_text(look: Theme, qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    for name in ("title", "body", "small", "micro"):
        regular, bold = (QFontMetricsF(look.font(name, weight=w)) for w in (400, 600))
        assert regular.horizontalAdvance("Generate") < bold.horizontalAdvance("Generate")
    button, primary = QPushButton("Generate"), QPushButton("Generate")
    primary.setProperty("kind", "primary")
    for made in (button, primary):
        made.ensurePolished()
    assert QRawFont.fromFont(button.font()).styleName() == "Regular"
    assert QRawFont.fromFont(primary.font()).styleName() == "SemiBold"


def test_figures_are_of_one_width_also_under_the_style_sheet(
    look: Theme, qapp: QApplication
) -> None:
    look.apply(qapp, "dark")
    label, counter = Text("1", "small"), Stepper("Count", 1, 8, 1)
    for made in (label, counter):
        made.ensurePolished()
    kinds: tuple[FontName, ...] = ("timer", "title", "body", "small", "micro")
    for font in (*(look.font(kind) for kind in kinds), label.font(), counter.font()):
        measure = QFontMetricsF(font)
        assert len({measure.horizontalAdvance(figure * 8) for figure in "0123456789"}) == 1


def test_prompts_and_names_have_figures_and_hyphens_of_their_own_width(
    look: Theme, qapp: QApplication
) -> None:
    """Inter's figures of equal width come with a wide hyphen: gemini - 3 - pro - image."""
    look.apply(qapp, "dark")
    figures, prose = (QFontMetricsF(look.font("small", prose=on)) for on in (False, True))
    assert prose.horizontalAdvance("1") < prose.horizontalAdvance("8")
    assert prose.horizontalAdvance("-") < figures.horizontalAdvance("-")
    for name in ("prompt", "display"):
        assert look.font(name) == look.font(name, prose=True)
    field = QLineEdit()
    field.ensurePolished()
    assert QFontMetricsF(field.font()).horizontalAdvance("-") < look.px(13) / 2


def test_without_its_files_the_window_uses_the_systems_font(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "files", lambda: (tmp_path / "gone.ttf",))
    fonts.reset_fonts()
    try:
        assert fonts.families("Some Sans") == ["Some Sans"]
        assert "gone.ttf cannot be loaded" in caplog.text
    finally:
        fonts.reset_fonts()


def test_text_and_heights_grow_with_the_text_scale() -> None:
    large = Theme(scale=1.5)
    assert large.font("small").pixelSize() == 18
    assert large.line("small") == 24
    assert large.height(30) == 38
    assert "min-height: 36px" in stylesheet.style_sheet(large)


def test_nothing_is_smaller_than_eleven_pixels() -> None:
    text = stylesheet.style_sheet(Theme(scale=0.5))
    assert min(int(size) for size in re.findall(r"font-size: (\d+)px", text)) >= 11


def test_the_style_sheet_takes_every_colour_from_a_role() -> None:
    template = (paths.resources() / "style.qss").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", template, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)
    assert not re.findall(r"\b(?:rgba?|hsla?)\(|\b(?:white|black|red|gray|grey)\b", rules)
    assert len(Template(template).get_identifiers()) > 20


@pytest.mark.parametrize("roles", [DARK, LIGHT])
def test_the_style_sheet_leaves_no_blank(roles: object, look: Theme, qapp: QApplication) -> None:
    look.apply(qapp, "dark" if roles is DARK else "light")
    text = re.sub(r"/\*.*?\*/", "", stylesheet.style_sheet(look), flags=re.DOTALL)
    assert "$" not in text
    assert text.count("{") == text.count("}")


# --- the ring ---------------------------------------------------------------------------------


@pytest.fixture
def pane(look: Theme, qtbot: QtBot) -> QWidget:
    """A window with a field and two buttons, in this order."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for made in (QLineEdit(), QPushButton("one"), QPushButton("two")):
        column.addWidget(made)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 60_000)
    window.findChildren(QLineEdit)[0].setFocus()
    return window


def click(button: QPushButton) -> None:
    """Click as with a real mouse: the window sees it first, as it does in use."""
    window = button.window()
    middle = button.mapTo(window, button.rect().center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=middle)


def ring() -> focus_ring.FocusRing:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return focus_ring.install(app).ring


def test_the_ring_comes_by_key_and_not_by_pointer(pane: QWidget) -> None:
    field = pane.findChildren(QLineEdit)[0]
    one, two = pane.findChildren(QPushButton)
    click(one)
    assert ring().target() is None
    QTest.keyClick(one, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is two
    assert ring().target() is two
    assert ring().isVisible()
    click(one)
    assert ring().target() is None
    assert not ring().isVisible()
    QTest.keyClick(one, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is field
    assert ring().target() is None, "a field turns its edge instead"


def test_the_ring_stands_two_pixels_away_and_moves_nothing(pane: QWidget) -> None:
    one, _two = pane.findChildren(QPushButton)
    before = one.geometry()
    focus_ring.focus_by_key(one)
    assert ring().target() is one
    assert one.geometry() == before
    assert ring().geometry() == before.adjusted(-4, -4, 4, 4)
    one.move(one.x() + 7, one.y())
    assert ring().geometry() == one.geometry().adjusted(-4, -4, 4, 4)
    one.hide()
    assert not ring().isVisible()


def test_the_ring_of_a_large_view_comes_with_tab_and_stays_within(pane: QWidget) -> None:
    one, two = pane.findChildren(QPushButton)
    two.setProperty("ring", focus_ring.INSIDE)
    click(one)
    QTest.keyClick(pane.windowHandle(), Qt.Key.Key_Shift)
    two.setFocus(Qt.FocusReason.OtherFocusReason)
    assert keyboard_used_last()
    assert ring().target() is None, "the view was opened by its key"
    one.setFocus(Qt.FocusReason.OtherFocusReason)
    assert ring().target() is one
    QTest.keyClick(one, Qt.Key.Key_Tab)
    assert ring().target() is two
    assert ring().geometry() == two.geometry()


def test_the_ring_is_cut_where_a_scroll_area_ends(look: Theme, qtbot: QtBot) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    inner = QWidget()
    button = QPushButton("deep", inner)
    area.setWidget(inner)
    area.show()
    area.activateWindow()
    assert QTest.qWaitForWindowActive(area, 60_000)
    focus_ring.focus_by_key(button)
    assert ring().parent() is area.viewport()


def test_the_ring_survives_the_window_it_lay_on(look: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    button = QPushButton("one", window)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 60_000)
    focus_ring.focus_by_key(button)
    assert ring().parent() is window
    shiboken6.delete(window)
    second = QWidget()
    qtbot.addWidget(second)
    other = QPushButton("other", second)
    second.show()
    second.activateWindow()
    assert QTest.qWaitForWindowActive(second, 60_000)
    focus_ring.focus_by_key(other)
    assert ring().target() is other
