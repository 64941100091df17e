"""Bar over a large picture: name and position, rating and flag, zoom and background."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QWidget,
)

from studio.common.i18n import _, number
from studio.domain.entities import Flag, Picture
from studio.ui.style.theme import theme
from studio.ui.support import formatting, key_names, view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.canvas.canvas import SURROUNDS, Surround
from studio.ui.views.canvas.viewport import HIGHEST
from studio.ui.views.canvas.zoom_slider import ZoomSlider
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton, PaintedRadio
from studio.ui.widgets.number_controls import Stars
from studio.ui.widgets.plain_text import set_tip, with_key
from studio.ui.widgets.segmented import Segment, Segmented
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text

SIDE = 24  # side of the click target; the circle has 14 px


class _Swatch(PaintedRadio):
    def __init__(self, surround: Surround, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.surround = surround
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setFixedSize(SIDE, SIDE)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(SIDE / 2, SIDE / 2)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color(self.surround))
        painter.drawEllipse(middle, 6.5, 6.5)
        if self.isChecked():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.drawEllipse(middle, 9.75, 9.75)


class Swatches(QWidget):
    """Radio buttons for the background: black, theme, mid grey, light.

    Signals:
        changed: the user chose another one (a Surround).
    """

    changed = Signal(object)

    def __init__(self, surround: Surround, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Background"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        names = {
            "black": _("Black background"),
            "mat": _("Match theme"),
            "middle": _("Mid grey background"),
            "bright": _("Light background"),
        }
        for choice in SURROUNDS:
            swatch = _Swatch(choice, names[choice], self)
            swatch.setChecked(choice == surround)
            self._group.addButton(swatch)
            row.addWidget(swatch)
        # Not `clicked`: a screen reader toggles a radio button, it does not click.
        self._group.buttonToggled.connect(self.on_toggled)

    def on_toggled(self, button: QAbstractButton, on: bool) -> None:  # noqa: FBT001 a slot
        """Emit the chosen background."""
        if on and isinstance(button, _Swatch):
            self.changed.emit(button.surround)


HEIGHT = 38
NARROWEST = 320
COMPACT = 1100  # width below which modes that are not chosen are icons only
NAME = 150  # minimum width of a name before other parts are hidden


def _modes() -> tuple[tuple[LoupeModeName, str, str, str], ...]:
    """Modes of the loupe in order: name, words, icon and key."""
    return (
        (LoupeModeName.LOOK, _("Look"), "eye", ""),
        (LoupeModeName.MARK, _("Mark"), "pin", key_names.current("K")),
        (LoupeModeName.ONLY_HERE, _("Only here"), "brush", key_names.current("O")),
        (LoupeModeName.REFRAME, _("Reframe"), "reframe", key_names.current("W")),
    )


class ViewBar(QFrame):
    """Controls of the loupe. It only displays and emits; its owner acts.

    Signals:
        stepped: previous (-1) or next (1).
        rated: stars chosen.
        flagged: flag to set; NONE if the current one was pressed again.
        before: whether to show "Before".
        fit, actual, zoom_in, zoom_out, zoomed: requests for the canvas.
        surround: background chosen.
        mode_chosen: a mode (a LoupeModeName).
        list_wanted: show or hide the list of marks.
    """

    stepped = Signal(int)
    rated = Signal(object)
    flagged = Signal(object)
    before = Signal(object)
    fit = Signal()
    actual = Signal()
    zoom_in = Signal()
    zoom_out = Signal()
    zoomed = Signal(float)
    surround = Signal(object)
    mode_chosen = Signal(object)
    list_wanted = Signal()

    def __init__(self, surround: Surround, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        self.setFixedHeight(theme().height(HEIGHT))
        self.setAccessibleName(_("View bar"))
        set_role(self, QAccessible.Role.ToolBar)
        self._flag = Flag.NONE
        self._rows = QHBoxLayout(self)
        self._rows.setContentsMargins(margins(self, 14, 0, 12, 0))
        self._rows.setSpacing(6)
        self._make_left()
        self._rows.addStretch(1)
        self._make_right(surround)
        # Order in which parts are hidden in a narrow window; the arrows always stay.
        self._giving_way: tuple[tuple[QWidget, ...], ...] = (
            (self._key,),
            (self._minus, self._slider, self._plus),
            (self._rule_right, self._swatches),
            (self._preview,),
            (self._stars,),
            (self._rule_left, self._pick, self._reject),
            (self._count,),
            (self._actual,),
            (self._rule_middle, self._segments),
            (self._new,),
            (self._percent,),
            (self._modes,),
        )
        self._wanted: dict[QWidget, bool] = {self._segments: False, self._preview: False}
        self._wanted[self._key] = self._wanted[self._rule_middle] = self._wanted[self._new] = False
        self._wanted[self._list] = False
        # Modes offer neither the parent nor the background.
        self._mode, self._has_before = LoupeModeName.LOOK, False

    def _make_left(self) -> None:
        rows = self._rows
        self._previous = IconButton("left", _("Previous picture"), "←", self, size=24)
        self._next = IconButton("right", _("Next picture"), "→", self, size=24)
        self._name = ElidedLabel("", "title", "text", self, prose=True)
        self._new = Text(_("new"), "small", "ink", self)
        self._count = Text("", "small", "text3", self)
        self._preview = Text(_("preview"), "small", "text3", self)
        self._rule_left = _Rule(self)
        self._pick = IconButton("flag", _("Pick"), key_names.current("P"), self, size=24)
        self._reject = IconButton("reject", _("Reject"), key_names.current("X"), self, size=24)
        self._stars = Stars(self, size=12)
        _add(rows, self._previous, self._next)
        rows.addSpacing(4)
        _add(rows, self._name, self._new, self._count, self._preview, self._rule_left)
        _add(rows, self._pick, self._reject, self._stars)
        self._previous.clicked.connect(self.on_previous)
        self._next.clicked.connect(self.on_next)
        self._pick.clicked.connect(self.on_pick)
        self._reject.clicked.connect(self.on_reject)
        self._stars.changed.connect(self.rated)

    def _make_right(self, surround: Surround) -> None:
        rows = self._rows
        self._modes = Segmented(
            [(mode, words, icon) for mode, words, icon, _key in _modes()],
            self,
            name=_("Mode"),
            size=26,
        )
        self._modes.set_keys({mode: key for mode, _words, _icon, key in _modes() if key})
        self._modes.changed.connect(self.mode_chosen)
        self._segments = Segmented(
            [(True, _("Before"), ""), (False, _("After"), "")],
            self,
            name=_("Before or after"),
            size=26,
        )
        self._segments.set_value(False)
        self._key = KeyCap(view_keys.held_cap(ViewCommand.LOUPE_ORIGINAL), self)
        self._rule_middle = _Rule(self)
        self._fit = Button(_("Fit"), "quiet", self, size=26, icon="fit")
        self._actual = Button(_("100 %"), "quiet", self, size=26)
        set_tip(self._fit, with_key(_("Fit"), view_keys.spoken(ViewCommand.FIT)))
        actual = view_keys.spoken(ViewCommand.ACTUAL)
        set_tip(self._actual, with_key(_("Actual pixels"), actual))
        for button in (self._fit, self._actual):
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._minus = IconButton(
            "minus", _("Zoom out"), view_keys.cap(ViewCommand.ZOOM_OUT), self, size=24
        )
        self._slider = ZoomSlider(self)
        self._plus = IconButton(
            "plus", _("Zoom in"), view_keys.cap(ViewCommand.ZOOM_IN), self, size=24
        )
        self._percent = Text("", "small", "text2", self)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        widest = formatting.percent(HIGHEST)
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance(widest))
        self._rule_right = _Rule(self)
        self._swatches = Swatches(surround, self)
        self._list = Button(_("Marks"), "quiet", self, size=26, icon="panel-right")
        self._list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._list.clicked.connect(self.list_wanted)
        _add(rows, self._modes, _Rule(self), self._segments, self._key, self._rule_middle)
        _add(rows, self._fit, self._actual)
        _add(rows, self._minus, self._slider, self._plus, self._percent)
        _add(rows, self._rule_right, self._swatches, self._list)
        self._segments.changed.connect(self.before)
        self._fit.clicked.connect(self.on_fit)
        self._actual.clicked.connect(self.on_actual)
        self._minus.clicked.connect(self.zoom_out)
        self._plus.clicked.connect(self.zoom_in)
        self._slider.zoomed.connect(self.zoomed)
        self._swatches.changed.connect(self.surround)

    # --- content --------------------------------------------------------------------------

    def show_picture(self, picture: Picture | None, index: int, count: int) -> None:
        """Show the name, position, flag and rating of the picture."""
        self._name.setText(picture.name if picture else "")
        self._name.setMinimumWidth(min(self._name.sizeHint().width(), NAME))
        self._count.setText(
            _("{n} of {all}").format(n=number(index + 1), all=number(count)) if count else ""
        )
        self._previous.setEnabled(index > 0)
        self._next.setEnabled(index + 1 < count)
        self._flag = picture.flag if picture else Flag.NONE
        self._stars.set_value(picture.rating if picture else 0)
        picked = self._flag is Flag.PICK
        self._pick.set_icon("flag-filled" if picked else "flag", "text" if picked else "text2")
        rejected = self._flag is Flag.REJECT
        self._reject.set_icon("reject", "bad" if rejected else "text2")
        self._pick.setAccessibleName(_("Picked") if picked else _("Pick"))
        self._reject.setAccessibleName(_("Rejected") if rejected else _("Reject"))
        for part in (self._pick, self._reject, self._stars):
            part.setEnabled(picture is not None)
        self._yield_room()

    def set_new(self, *, new: bool) -> None:
        """Set whether the picture was unseen before it was opened."""
        self._wanted[self._new] = new
        self._yield_room()

    def set_preview(self, *, preview: bool) -> None:
        """Set whether a stretched preview is shown."""
        self._wanted[self._preview] = preview
        self._yield_room()

    def set_before(self, *, there: bool, shown: bool) -> None:
        """Set whether the picture has a parent, and whether the parent is shown."""
        self._has_before = there
        self._segments.set_value(shown)
        self._show_mode()

    def set_mode(self, mode: LoupeModeName) -> None:
        """Show the controls of a mode."""
        self._mode = mode
        self._modes.set_value(mode)
        self._show_mode()

    def show_list_button(self, words: str) -> None:
        """Show the button for the list of marks if it is not beside the picture; "" hides it."""
        if words:
            self._list.setText(words)
            set_tip(self._list, with_key(words, key_names.current("I")))
        self._wanted[self._list] = bool(words)
        self._yield_room()

    def _show_mode(self) -> None:
        before = dict.fromkeys((self._segments, self._rule_middle), self._has_before)
        before[self._key] = self._has_before and bool(self._key.text())
        ground = dict.fromkeys((self._rule_right, self._swatches), True)
        for part, there in {**before, **ground}.items():
            self._wanted[part] = there and self._mode is LoupeModeName.LOOK
        self._yield_room()

    def set_zoom(self, zoom: float, *, fitted: bool) -> None:
        """Show the zoom of the canvas."""
        self._percent.setText(formatting.percent(zoom))
        self._fit.setChecked(fitted)
        self._actual.setChecked(abs(zoom - 1) < 1e-6)
        self._slider.set_zoom(zoom)

    def _yield_room(self) -> None:
        self._list.setVisible(self._wanted[self._list])
        narrow = self.width() < COMPACT
        for mode, *_rest in _modes():
            segment = self._modes.segment(mode)
            if isinstance(segment, Segment):
                segment.set_compact(compact=narrow and not segment.isChecked())
        for group in self._giving_way:
            for part in group:
                part.setVisible(self._wanted.get(part, True))
        for group in self._giving_way:
            self._rows.invalidate()
            if self._rows.minimumSize().width() <= self.width():
                break
            for part in group:
                part.hide()

    # --- slots ----------------------------------------------------------------------------

    def on_previous(self) -> None:
        """Request the previous picture."""
        self.stepped.emit(-1)

    def on_next(self) -> None:
        """Request the next picture."""
        self.stepped.emit(1)

    def on_pick(self) -> None:
        """Pick; pressed again, clear the flag."""
        self.flagged.emit(Flag.NONE if self._flag is Flag.PICK else Flag.PICK)

    def on_reject(self) -> None:
        """Reject; pressed again, clear the flag."""
        self.flagged.emit(Flag.NONE if self._flag is Flag.REJECT else Flag.REJECT)

    def on_fit(self) -> None:
        """Request Fit; the button stays checked when pressed again."""
        self._fit.setChecked(True)
        self.fit.emit()

    def on_actual(self) -> None:
        """Request 100 %; the button stays checked when pressed again."""
        self._actual.setChecked(True)
        self.actual.emit()

    # --- Qt -------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        # Its parts are hidden in turn: the bar never widens the window.
        return QSize(NARROWEST, self.height())

    @needs("_wanted")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()


def _add(row: QHBoxLayout, *parts: QWidget) -> None:
    for part in parts:
        row.addWidget(part)


class _Rule(QWidget):
    """Short line between two groups, with its own margins."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(9, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(4, 0, 1, 16, theme().color("line"))
