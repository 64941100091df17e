"""The look: colour roles of both themes, type, icons by name, and the one style sheet.

Every colour of the window is a role of this module. `install(app)` is called once, at start;
after that `theme()` answers from anywhere in the window.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPixmap

from studio.ui.style import fonts, icons, stylesheet

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication, QLabel

Choice = Literal["system", "dark", "light"]
FontName = Literal["display", "title", "prompt", "body", "small", "micro", "timer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The colours of one theme as #rrggbb or #aarrggbb, named for what they are for.

    Up to `chrome` they are the table of the design; after it stand the few that its text names.
    `raise_` is the role "raise".
    """

    sunk: str
    mat: str
    panel: str
    raise_: str
    hover: str
    press: str
    cell: str
    line: str
    line2: str
    edge: str
    text: str
    text2: str
    text3: str
    off: str
    accent: str
    ink: str
    tint: str
    fill: str
    fillh: str
    fillp: str
    ok: str
    warn: str
    bad: str
    warnbg: str
    badbg: str
    star: str
    focus: str
    chrome: str = "#c7000000"
    # on fills, chrome and toasts
    onfill: str = "#ffffff"
    onchrome: str = "#f2f2f2"
    onchrome2: str = "#c4c4c4"
    toast: str = "#3c3c3c"
    toastline: str = "#5a5a5a"
    ontoast: str = "#eeeeee"
    toastlink: str = "#c3caff"
    shadow: str = "#99000000"
    # edges of warnings and failures, the hovered tile, what is switched on, the chosen segment
    warnline: str
    badline: str
    tilehover: str
    toggled: str
    chosen: str
    chosenline: str
    tick: str = "#111111"
    # words added and removed stand on 12 % of themselves; pictures have a hairline inside
    addbg: str
    rembg: str
    hairline: str
    # surround of the loupe
    black: str = "#000000"
    middle: str = "#6b6b6b"
    bright: str = "#e2e2e2"


DARK = Roles(
    sunk="#111111",
    mat="#161616",
    panel="#1d1d1d",
    raise_="#282828",
    hover="#323232",
    press="#3c3c3c",
    cell="#2a2a2a",
    line="#343434",
    line2="#343434",
    edge="#747474",
    text="#eeeeee",
    text2="#bdbdbd",
    text3="#9f9f9f",
    off="#6e6e6e",
    accent="#8492ff",
    ink="#aab4ff",
    tint="#212332",
    fill="#4a5ae0",
    fillh="#5362e8",
    fillp="#3f4dc4",
    ok="#62c795",
    warn="#e6b65c",
    bad="#f0858e",
    warnbg="#332c20",
    badbg="#352627",
    star="#f2c94c",
    focus="#ffffff",
    warnline="#7d6537",
    badline="#7d4a4f",
    tilehover="#1f1f1f",
    toggled="#323232",
    chosen="#3c3c3c",
    chosenline="#3c3c3c",
    addbg="#1f62c795",
    rembg="#1ff0858e",
    hairline="#14ffffff",
)

LIGHT = Roles(
    sunk="#ffffff",
    mat="#e2e2e2",
    panel="#f3f3f3",
    raise_="#ffffff",
    hover="#e6e6e6",
    press="#d8d8d8",
    cell="#f6f6f6",
    line="#cfcfcf",
    line2="#bdbdbd",
    edge="#767676",
    text="#1a1a1a",
    text2="#474747",
    text3="#5f5f5f",
    off="#8f8f8f",
    accent="#4655d6",
    ink="#3a48c4",
    tint="#e6e8fa",
    fill="#4453d0",
    fillh="#3f4dc4",
    fillp="#3642a8",
    ok="#14603a",
    warn="#785100",
    bad="#a31f36",
    warnbg="#f4e7c9",
    badbg="#f8e2e3",
    star="#8a5a00",
    focus="#1a1a1a",
    warnline="#b08a3a",
    badline="#cf8790",
    tilehover="#ececec",
    toggled="#d8d8d8",
    chosen="#ffffff",
    chosenline="#767676",
    addbg="#1a14603a",
    rembg="#1aa31f36",
    hairline="#1f000000",
)

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


class TakesIcon(Protocol):
    """A button, an action, a menu: whatever has `setIcon`."""

    def setIcon(self, icon: QIcon) -> object: ...


class Theme(QObject):
    """The look in use, and what is drawn from it.

    Attributes:
        roles: colours in use.
        dark: whether the ground is dark.
        high_contrast: whether the system's own palette is in use.
        scale: the system's text scale; 1.0 is the usual size.

    Signals:
        changed: colours or fonts are others now; what was painted must be painted again.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, scale: float = 1.0) -> None:
        super().__init__(parent)
        self.roles = DARK
        self.dark = True
        self.high_contrast = False
        self.scale = scale
        self._choice: Choice = "system"
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

    def apply(self, app: QApplication, choice: Choice = "system") -> None:
        """Dress the program: palette, font and style sheet; "system" follows the system."""
        hints = QGuiApplication.styleHints()
        if self._app is None:
            self._app = app
            self._families = fonts.families(app.font().family())
            self._fonts.clear()
            hints.colorSchemeChanged.connect(self.on_system_changed)
            hints.accessibility().contrastPreferenceChanged.connect(self.on_system_changed)
        self._choice = choice
        # Title bars and native dialogs follow the choice too. Tells us through the signal.
        if choice == "system":
            hints.unsetColorScheme()
        else:
            wanted = Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light
            hints.setColorScheme(wanted)
        self._dress()

    def on_system_changed(self) -> None:
        """The system turned dark or light, or its contrast was changed."""
        self._dress()

    def _dress(self) -> None:
        app = self._app
        if app is None:
            return
        hints = QGuiApplication.styleHints()
        contrast = hints.accessibility().contrastPreference()
        self.high_contrast = contrast == Qt.ContrastPreference.HighContrast
        if self.high_contrast:
            app.setPalette(QPalette())  # hands the system's own palette back
            self.use(stylesheet.roles_from(app.palette()))
        elif self._choice == "system":
            light = hints.colorScheme() == Qt.ColorScheme.Light
            self.use(LIGHT if light else DARK)
        else:
            self.use(LIGHT if self._choice == "light" else DARK)

    def use(self, roles: Roles) -> None:
        """Take these colours; nothing happens where they are in use already."""
        if roles == self.roles and self._sheet:
            return
        self.roles = roles
        self._colours.clear()
        self._pixmaps.clear()
        self.dark = self.color("panel").lightness() < 128
        self._sheet = stylesheet.style_sheet(self)
        if self._app is not None:
            self._app.setPalette(stylesheet.palette(self))
            # Of fields and menus, which hold names; labels and counters have fonts of their own.
            self._app.setFont(self.font("body", prose=True))
            self._app.setStyleSheet(self._sheet)
        for target, make in list(self._bound.items()):
            _set_icon(target, make)
        for label, draw in list(self._shown.items()):
            _set_pixmap(label, draw)
        self.changed.emit()

    # --- colours --------------------------------------------------------------------------

    def color(self, role: str) -> QColor:
        """The colour of a role of the table, for a painter. Raises KeyError for others."""
        found = self._colours.get(role)
        if found is None:
            try:
                value: str = getattr(self.roles, "raise_" if role == "raise" else role)
            except AttributeError as error:
                raise KeyError(f"no colour role is called {role!r}") from error
            found = self._colours[role] = QColor(value)
        return found

    @property
    def ghost(self) -> float:
        """How strongly the blurred source shows through a waiting tile."""
        return 0.20 if self.dark else 0.28

    # --- type -----------------------------------------------------------------------------

    def font(self, name: FontName, *, weight: int | None = None, prose: bool = False) -> QFont:
        """The typeface in one of the seven sizes, with figures of equal width.

        `prose` is for prompts and names: figures, and the hyphen, keep their own widths.
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
            # Advances in fractions of a pixel: words keep the rhythm the font was drawn with.
            found.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
            self._fonts[key] = found
        return QFont(found)

    def line(self, name: FontName) -> int:
        """Height of one line of text in logical pixels."""
        return self.px(_TYPE[name][1])

    def px(self, size: float) -> int:
        """A size of type under the system's text scale, never below 11."""
        return max(11, round(size * self.scale))

    def height(self, pixels: int) -> int:
        """The height of a bar or control (26, 30, 44 ...), grown with the line it holds."""
        return pixels + max(0, round(16 * (self.scale - 1)))

    # --- icons ----------------------------------------------------------------------------

    def pixmap(self, name: str, role: str = "text2", size: int = 16, dpr: float = 1.0) -> QPixmap:
        """An icon for a painter; `dpr` is the painter's devicePixelRatioF. Kept once drawn."""
        key = (name, role, size, dpr)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = icons.render(name, self.color(role), size, dpr)
        return found

    def icon(
        self, name: str, role: str = "text2", *, size: int = 16, on: str = "", gap: int = 0
    ) -> QIcon:
        """An icon in the colours of now, sharp on every screen there is.

        `on` is the role it takes while checked (default: "text" for "text2", else the same).
        Disabled it takes "off"; `gap` is empty room at its right. `bind_icon` keeps it right when
        the theme changes.
        """
        from PySide6.QtGui import QIcon

        checked = on or ("text" if role in ("text2", "text3") else role)
        looks = (
            (role, QIcon.Mode.Normal, QIcon.State.Off),
            (checked, QIcon.Mode.Normal, QIcon.State.On),
            (checked, QIcon.Mode.Selected, QIcon.State.Off),
            ("off", QIcon.Mode.Disabled, QIcon.State.Off),
        )
        made = QIcon()
        for dpr in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}):
            for colour, mode, state in looks:
                pixmap = self.pixmap(name, colour, size, dpr)
                made.addPixmap(icons.widened(pixmap, gap) if gap else pixmap, mode, state)
        return made

    def bind_icon(
        self, target: TakesIcon, name: str, role: str = "text2", *, size: int = 16, gap: int = 0
    ) -> None:
        """Give a button or action this icon, now and after every change of the theme."""
        assert isinstance(target, QObject)
        make = partial(self.icon, name, role, size=size, gap=gap)
        self._bound[target] = make
        _set_icon(target, make)

    def show_icon(self, label: QLabel, name: str, role: str = "text2", size: int = 16) -> None:
        """Give a label this icon, now and after every change of the theme."""
        make = partial(self.pixmap, name, role, size, label.devicePixelRatioF())
        self._shown[label] = make
        label.setPixmap(make())


def _set_icon(target: QObject, make: Callable[[], QIcon]) -> None:
    import shiboken6

    if shiboken6.isValid(target):
        target.setIcon(make())  # type: ignore[attr-defined]


def _set_pixmap(label: QLabel, draw: Callable[[], QPixmap]) -> None:
    import shiboken6

    if shiboken6.isValid(label):
        label.setPixmap(draw())


# --- the one in use ---------------------------------------------------------------------------

_theme: Theme | None = None


def choice_of(value: str) -> Choice:
    """A remembered choice; "system" for one this version does not know."""
    return value if value in ("dark", "light") else "system"  # type: ignore[return-value]


def install(app: QApplication, choice: Choice = "system", *, scale: float | None = None) -> Theme:
    """Dress the program and keep the theme for `theme()`; a second call only changes the choice.

    `scale` replaces the system's text scale.
    """
    global _theme
    if _theme is None:
        _theme = Theme(app, scale=stylesheet.text_scale(app) if scale is None else scale)
        app.destroyed.connect(_forget)
    _theme.apply(app, choice)
    return _theme


def theme() -> Theme:
    """The theme in use. Raises RuntimeError before `install`."""
    if _theme is None:
        raise RuntimeError("the theme is asked for before it was installed")
    return _theme


def _forget() -> None:
    global _theme
    _theme = None
    icons.forget()
    fonts.forget()
