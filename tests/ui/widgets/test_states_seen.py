"""What is selected, checked or on has a mark of 3:1 in every theme, and not a fill alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QListWidget,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.domain.export import BUILT_IN
from studio.ui.dialogs.export.preset_list import PresetList
from studio.ui.panels.composer.aspect_picker import RatioCell, RatioSegment
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style import stylesheet
from studio.ui.style.roles import DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, ColorRoles
from studio.ui.style.stylesheet import SEEN, contrast
from studio.ui.style.theme import Theme, install, theme
from studio.ui.views.compare.side_chip import SideChip
from studio.ui.views.loupe.bar import Swatches
from studio.ui.views.loupe.reframe.format_chip import FormatChip
from studio.ui.views.loupe.tool_strip import StripTool, ToolStrip
from studio.ui.widgets.buttons import Button, CheckBox, IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.star_filter import StarFilter
from studio.ui.widgets.switch import Switch

LEAST_PIXELS = 12
"""Of a mark."""


def windows_black() -> ColorRoles:
    """High contrast as Windows has it in its black theme."""
    system = QPalette(QColor("#000000"))
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.WindowText, "#ffffff"),
        (QPalette.ColorRole.Base, "#000000"),
        (QPalette.ColorRole.Button, "#000000"),
        (QPalette.ColorRole.Highlight, "#1aebff"),
        (QPalette.ColorRole.HighlightedText, "#000000"),
        (QPalette.ColorRole.Link, "#ffff00"),
    ):
        system.setColor(role, QColor(colour))
    return stylesheet.roles_from(system)


THEMES: dict[str, Callable[[], ColorRoles]] = {
    "dark": lambda: DARK,
    "light": lambda: LIGHT,
    "high-dark": lambda: HIGH_DARK,
    "high-light": lambda: HIGH_LIGHT,
    "system": windows_black,
}
HIGH = ("high-dark", "high-light", "system")


@pytest.fixture(scope="module", params=THEMES)
def worn(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Each theme in turn, and the dark one afterwards.

    One change for all tests in a theme: it takes four times as long as one of them.
    """
    name: str = request.param
    install(qapp, "dark", "high" if name in HIGH else "normal", scale=1.0)
    theme().use(THEMES[name]())
    yield name
    install(qapp, "dark", "system")


@pytest.fixture(autouse=True)
def look(worn: str) -> Iterator[Theme]:
    """The theme that is worn; no test changes it."""
    made = theme()
    assert made.roles == THEMES[worn]()
    yield made
    assert made.roles == THEMES[worn]()


class Seen(NamedTuple):
    """A control, and what switches it on or off."""

    widget: QWidget
    switch: Callable[[bool], object]


def _checkable(button: QAbstractButton) -> Seen:
    button.setCheckable(True)
    return Seen(button, button.setChecked)


def _segmented(parent: QWidget) -> Seen:
    control = Segmented([("a", "Grid", ""), ("b", "Loupe", "")], parent, name="View")
    return Seen(control.segment("b"), lambda on: control.set_value("b" if on else "a"))


def _stars(parent: QWidget) -> Seen:
    stars = StarFilter(parent)
    return Seen(stars.button(3), lambda on: stars.set_value(3 if on else 0))


def _tool(parent: QWidget) -> Seen:
    strip = ToolStrip(
        [StripTool("a", "edit", "Arrow", "A"), StripTool("b", "flag", "Box", "B")], parent
    )
    first, second = strip.tool_buttons()
    strip.show()
    return Seen(second, lambda on: (second if on else first).setChecked(True))


def _swatch(parent: QWidget) -> Seen:
    swatches = Swatches("mat", parent)
    first, *_others, last = swatches.findChildren(QRadioButton)
    return Seen(last, lambda on: (last if on else first).setChecked(True))


def _ratio(parent: QWidget) -> Seen:
    first, second = RatioSegment("1:1", parent), RatioSegment("16:9", parent)
    return Seen(second, lambda on: (second if on else first).setChecked(True))


def _radio(parent: QWidget) -> Seen:
    first, second = QRadioButton("One", parent), QRadioButton("Two", parent)
    return Seen(second, lambda on: (second if on else first).setChecked(True))


CONTROLS: dict[str, Callable[[QWidget], Seen]] = {
    "icon button": lambda parent: _checkable(
        IconButton("grid", "Grid", parent=parent, checkable=True)
    ),
    "plain button": lambda parent: _checkable(Button("Link", parent=parent)),
    "quiet button": lambda parent: _checkable(Button("Link", "quiet", parent)),
    "check box": lambda parent: _checkable(CheckBox("Notify", parent)),
    "radio button": _radio,
    "segment": _segmented,
    "switch": lambda parent: _checkable(Switch("", parent)),
    "star": _stars,
    "tool": _tool,
    "swatch": _swatch,
    "ratio": _ratio,
    "ratio cell": lambda parent: _checkable(RatioCell("16:9", (1024, 576), parent)),
    "format": lambda parent: _checkable(FormatChip("16:9", parent)),
    "compared picture": lambda parent: _checkable(SideChip(1, parent)),
}


def image_of(widget: QWidget) -> QImage:
    """What is seen of a widget, on the ground it lies on."""
    panel = widget.window()
    QApplication.sendPostedEvents()
    whole = panel.grab()
    ratio = whole.devicePixelRatio()
    corner = widget.mapTo(panel, QPoint()) * ratio
    size = widget.size() * ratio
    return whole.copy(corner.x(), corner.y(), size.width(), size.height()).toImage()


def marked(off: QImage, on: QImage) -> int:
    """Pixels that differ by 3:1 at least, where a tool that shows its name as well was before."""
    assert off.height() == on.height()
    return sum(
        contrast(off.pixelColor(x, y), on.pixelColor(x, y)) >= SEEN
        for x in range(off.width())
        for y in range(off.height())
        if off.pixel(x, y) != on.pixel(x, y)
    )


@pytest.fixture
def panel(qtbot: QtBot, worn: str) -> QFrame:
    """The ground that controls lie on."""
    made = QFrame()
    qtbot.addWidget(made)
    made.setProperty("zone", "panel")
    QVBoxLayout(made)
    return made


def place(panel: QFrame, widget: QWidget) -> None:
    """Show a widget, or what it is a part of, on the panel."""
    whole = widget
    while whole.parentWidget() is not panel:
        parent = whole.parentWidget()
        assert parent is not None
        whole = parent
    layout = panel.layout()
    assert layout is not None
    layout.addWidget(whole)
    panel.adjustSize()
    panel.show()


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_that_is_on_has_a_mark(panel: QFrame, name: str) -> None:
    seen = CONTROLS[name](panel)
    place(panel, seen.widget)
    seen.switch(False)
    off = image_of(seen.widget)
    seen.switch(True)
    assert marked(off, image_of(seen.widget)) >= LEAST_PIXELS


def test_the_place_that_is_open_has_a_mark_in_the_sidebar(panel: QFrame) -> None:
    sidebar = Sidebar(SidebarModel(panel), panel)
    place(panel, sidebar)
    rows = sidebar.findChildren(QListWidget)[0]
    rows.setCurrentRow(0)
    off = image_of(rows)
    rows.setCurrentRow(1)
    assert marked(off, image_of(rows)) >= LEAST_PIXELS


def test_the_chosen_preset_has_a_mark(panel: QFrame) -> None:
    presets = PresetList(panel)
    place(panel, presets)
    presets.show_presets(BUILT_IN[:2], BUILT_IN[0].id)
    off = image_of(presets)
    presets.show_presets(BUILT_IN[:2], BUILT_IN[1].id)
    assert marked(off, image_of(presets)) >= LEAST_PIXELS


@pytest.mark.parametrize("look", ["rows", "plain"])
def test_the_current_row_of_a_list_is_outlined_in_high_contrast(
    panel: QFrame, worn: str, look: str
) -> None:
    rows = QListWidget(panel)
    rows.setProperty("list", look)
    rows.addItems(["One", "Two"])
    place(panel, rows)
    rows.setCurrentRow(0)
    off = image_of(rows)
    rows.setCurrentRow(1)
    found = marked(off, image_of(rows))
    assert (found >= LEAST_PIXELS) == (worn in HIGH)


def test_the_current_entry_of_a_menu_is_outlined_in_high_contrast(qtbot: QtBot, worn: str) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    entries = [menu.entry("Copy"), menu.entry("Save as…")]
    menu.popup(QPoint())
    off = menu.grab().toImage()
    menu.setActiveAction(entries[1])
    found = marked(off, menu.grab().toImage())
    menu.close()
    assert (found >= LEAST_PIXELS) == (worn in HIGH)
