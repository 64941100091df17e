"""Theme: colours by role, fonts, icons by name, sizes, and the style sheet.

`install(app)` is called once, at start; after that `theme()` returns the theme anywhere.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

from studio.ui.style import fonts, stylesheet
from studio.ui.style.roles import DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, ColorRoles

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from studio.ui.style.icons import IconSet

HEIGHTS = {"top": 44, "view": 38, "status": 26}
"""Heights of the bars by the name of their zone, before the system's text scale."""

RAIL = 48
"""Width of the rail that replaces the sidebar in a narrow window."""

LEGIBLE = 4.5
"""Minimum contrast of text."""

FAINT = 0.25
"""Opacity of a picture that cannot be shown."""


Choice = Literal["system", "dark", "light"]
Contrast = Literal["system", "high", "normal"]
FontName = Literal["display", "title", "prompt", "body", "small", "micro", "timer"]


_TYPE: dict[FontName, tuple[int, int, QFont.Weight]] = {
    "display": (22, 28, QFont.Weight.DemiBold),
    "title": (14, 20, QFont.Weight.DemiBold),
    "prompt": (15, 22, QFont.Weight.Normal),
    "body": (13, 18, QFont.Weight.Normal),
    "small": (12, 16, QFont.Weight.Normal),
    "micro": (11, 14, QFont.Weight.Normal),
    "timer": (18, 24, QFont.Weight.Normal),
}
_PROSE = ("display", "prompt")


class HasIcon(Protocol):
    """A button, an action, a menu: any object with `setIcon`."""

    def setIcon(self, icon: QIcon) -> object: ...


class Theme(QObject):
    """The current theme.

    Attributes:
        roles: current colours.
        dark: whether the background is dark.
        high_contrast: whether the colours are those of high contrast.
        scale: the system's text scale; 1.0 is the normal size.

    Signals:
        changed: colours or fonts changed; custom-painted widgets must repaint.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, scale: float = 1.0) -> None:
        super().__init__(parent)
        self.roles = DARK
        self.dark = True
        self.high_contrast = False
        self.scale = scale
        self._choice: Choice = "system"
        self._contrast: Contrast = "system"
        self._app: QApplication | None = None
        self._families = [QFont().family()]
        self._sheet = ""
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int | None, bool], QFont] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._bound: weakref.WeakKeyDictionary[QObject, Callable[[], QIcon]]
        self._bound = weakref.WeakKeyDictionary()
        self._shown: weakref.WeakKeyDictionary[QLabel, Callable[[], QPixmap]]
        self._shown = weakref.WeakKeyDictionary()

    # --- choosing -------------------------------------------------------------------------

    def apply(
        self, app: QApplication, choice: Choice = "system", contrast: Contrast | None = None
    ) -> None:
        """Set palette, font and style sheet; "system" follows the system.

        Without `contrast` the previous choice of contrast remains.
        """
        hints = QGuiApplication.styleHints()
        if self._app is None:
            self._app = app
            self._families = fonts.families(app.font().family())
            self._fonts.clear()
            hints.colorSchemeChanged.connect(self.on_system_changed)
            hints.accessibility().contrastPreferenceChanged.connect(self.on_system_changed)
        self._choice = choice
        if contrast is not None:
            self._contrast = contrast
        # Title bars and native dialogs follow the choice too, through the system's signal.
        if choice == "system":
            hints.unsetColorScheme()
        else:
            wanted = Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light
            hints.setColorScheme(wanted)
        self._dress()

    def set_scale(self, scale: float) -> None:
        """Change the text scale; for windows and dialogs that are created later."""
        if scale != self.scale:
            self.scale = scale
            self._fonts.clear()
            self._sheet = ""  # created again by the next `apply`

    def on_system_changed(self) -> None:
        """Follow the system's change of colour scheme or contrast."""
        self._dress()

    def _dress(self) -> None:
        app = self._app
        if app is None:
            return
        hints = QGuiApplication.styleHints()
        preference = hints.accessibility().contrastPreference()
        asked = preference == Qt.ContrastPreference.HighContrast and self._contrast == "system"
        self.high_contrast = asked or self._contrast == "high"
        light = self._choice == "light"
        if self._choice == "system":
            light = hints.colorScheme() == Qt.ColorScheme.Light
        if asked and QGuiApplication.platformName() == "windows":
            # On Windows high contrast is a palette of the user, elsewhere only a preference.
            app.setPalette(QPalette())  # restores the system's own palette
            self.use(stylesheet.roles_from(app.palette()))
            app.setPalette(stylesheet.palette(self))
        elif self.high_contrast:
            self.use(HIGH_LIGHT if light else HIGH_DARK)
        else:
            self.use(LIGHT if light else DARK)

    def use(self, roles: ColorRoles) -> None:
        """Use these colours; does nothing if unchanged."""
        if roles == self.roles and self._sheet:
            return
        self.roles = roles
        self._colours.clear()
        self._pixmaps.clear()
        self.dark = self.color("panel").lightness() < 128
        self._sheet = stylesheet.style_sheet(self)
        if self._app is not None:
            self._app.setPalette(stylesheet.palette(self))
            # For fields and menus, which contain names; labels and counters have their own fonts.
            self._app.setFont(self.font("body", prose=True))
            self._app.setStyleSheet(self._sheet)
        for target, make in list(self._bound.items()):
            _set_icon(target, make)
        for label, draw in list(self._shown.items()):
            _set_pixmap(label, draw)
        self.changed.emit()

    # --- colours --------------------------------------------------------------------------

    def color(self, role: str) -> QColor:
        """Colour of a role, for a painter. Raises KeyError for an unknown one."""
        found = self._colours.get(role)
        if found is None:
            try:
                value: str = getattr(self.roles, "raise_" if role == "raise" else role)
            except AttributeError as error:
                raise KeyError(f"no colour role is called {role!r}") from error
            found = self._colours[role] = QColor(value)
        return found

    def legible(self, colour: str, ground: str) -> QColor:
        """A text colour legible on the role `ground`: `colour`, mixed with "text" if necessary."""
        own, text, under = QColor(colour), self.color("text"), self.color(ground)
        for step in range(10):
            share = step / 10
            mixed = QColor.fromRgbF(
                own.redF() + (text.redF() - own.redF()) * share,
                own.greenF() + (text.greenF() - own.greenF()) * share,
                own.blueF() + (text.blueF() - own.blueF()) * share,
            )
            if stylesheet.contrast(mixed, under) >= LEGIBLE:
                return mixed
        return text

    @property
    def ghost(self) -> float:
        """Opacity of the blurred source in a waiting tile."""
        return 0.20 if self.dark else 0.28

    # --- type -----------------------------------------------------------------------------

    def font(self, name: FontName, *, weight: int | None = None, prose: bool = False) -> QFont:
        """Font in one of the seven sizes, with figures of equal width.

        `prose` is for prompts and names: figures and the hyphen keep their natural widths.
        """
        key = (name, weight, prose or name in _PROSE)
        found = self._fonts.get(key)
        if found is None:
            size, _line, usual = _TYPE[name]
            found = QFont(self._families)
            found.setPixelSize(self.px(size))
            found.setWeight(QFont.Weight(weight) if weight is not None else usual)
            if not key[2]:
                found.setFeature(QFont.Tag("tnum"), 1)
            # Fractional advances preserve the font's own spacing.
            found.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
            self._fonts[key] = found
        return QFont(found)

    def line(self, name: FontName) -> int:
        """Height of one line of text in logical pixels."""
        return self.px(_TYPE[name][1])

    def px(self, size: float) -> int:
        """Font size under the system's text scale, never below 11."""
        return max(11, round(size * self.scale))

    def height(self, pixels: int) -> int:
        """Height of a bar or control (26, 30, 44 ...), increased with its line of text."""
        return pixels + max(0, round(16 * (self.scale - 1)))

    def panel(self, pixels: int) -> int:
        """Width of a panel beside the pictures: it grows half as much as its text."""
        return round(pixels * (1 + (self.scale - 1) / 2))

    # --- icons ----------------------------------------------------------------------------

    @cached_property
    def _icons(self) -> IconSet:
        # The first screen is painted without icons, and QtSvg and QIcon take 4 ms.
        from studio.ui.style.icons import IconSet

        return IconSet()

    def pixmap(self, name: str, role: str = "text2", size: int = 16, dpr: float = 1.0) -> QPixmap:
        """Cached icon for a painter; `dpr` is the painter's devicePixelRatioF."""
        key = (name, role, size, dpr)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._icons.render(name, self.color(role), size, dpr)
        return found

    def icon(
        self, name: str, role: str = "text2", *, size: int = 16, on: str = "", gap: int = 0
    ) -> QIcon:
        """An icon in the current colours, sharp on every connected screen.

        `on` is its role while checked (default: "text" for "text2", else the same). Disabled, its
        role is "off"; `gap` is empty space at its end. `bind_icon` updates it when the theme
        changes.
        """
        checked = on or ("text" if role in ("text2", "text3") else role)
        return self._icons.icon(
            lambda look, dpr: self.pixmap(name, look, size, dpr), role, checked, gap=gap
        )

    def bind_icon(
        self, target: HasIcon, name: str, role: str = "text2", *, size: int = 16, gap: int = 0
    ) -> None:
        """Set the icon of a button or action, updated when the theme changes."""
        assert isinstance(target, QObject)
        make = partial(self.icon, name, role, size=size, gap=gap)
        self._bound[target] = make
        _set_icon(target, make)

    def show_icon(self, label: QLabel, name: str, role: str = "text2", size: int = 16) -> None:
        """Set the icon of a label, updated when the theme changes."""
        make = partial(self.pixmap, name, role, size, label.devicePixelRatioF())
        self._shown[label] = make
        label.setPixmap(make())


def _set_icon(target: QObject, make: Callable[[], QIcon]) -> None:
    if shiboken6.isValid(target):
        target.setIcon(make())  # type: ignore[attr-defined]


def _set_pixmap(label: QLabel, draw: Callable[[], QPixmap]) -> None:
    if shiboken6.isValid(label):
        label.setPixmap(draw())


# --- current theme ------------------------------------------------------------------------------

_theme: Theme | None = None


def choice_of(value: str) -> Choice:
    """Validate a saved choice; "system" for an unknown one."""
    return value if value in ("dark", "light") else "system"  # type: ignore[return-value]


def contrast_of(value: str) -> Contrast:
    """Validate a saved choice of contrast; "system" for an unknown one."""
    return value if value in ("high", "normal") else "system"  # type: ignore[return-value]


def install(
    app: QApplication,
    choice: Choice = "system",
    contrast: Contrast | None = None,
    *,
    scale: float | None = None,
) -> Theme:
    """Apply the theme and keep it for `theme()`; a second call changes only the values given.

    `scale` overrides the system's text scale.
    """
    global _theme
    if _theme is None:
        _theme = Theme(app, scale=stylesheet.text_scale(app) if scale is None else scale)
        app.destroyed.connect(_forget)
    elif scale is not None:
        _theme.set_scale(scale)
    _theme.apply(app, choice, contrast)
    return _theme


def theme() -> Theme:
    """The current theme. Raises RuntimeError before `install`."""
    if _theme is None:
        raise RuntimeError("the theme is asked for before it was installed")
    return _theme


def _forget() -> None:
    global _theme
    _theme = None
    fonts.reset_fonts()
