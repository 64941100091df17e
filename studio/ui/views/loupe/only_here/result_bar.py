"""Bar under a picture made here: its proof, its seam, and its original."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.imaging.composition import MOST_SEAM
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.support.proof_text import ProofText
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text

HIGH = 52
SIDE = 20  # free space to its left and right
WIDE = 1060  # width from which everything is in one line
KEY = 1100  # width from which the key is shown
NARROWEST = 280
_ICONS = {"ok": "check", "warn": "warning", "bad": "warning"}


class ResultBar(QFrame):
    """Shows the proof, and controls for the seam. It only displays and emits; its owner acts.

    Signals:
        seam_changed: width of the seam in pixels of the parent.
        match_changed: whether colours are matched.
        before: show the original (True), or the result.
        whole_wanted: make the model's answer a picture of its own.
    """

    seam_changed = Signal(int)
    match_changed = Signal(bool)
    before = Signal(object)
    whole_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "view")
        # A status bar: screen readers report its changes without moving to it.
        set_role(self, QAccessible.Role.StatusBar)
        box = QFrame(self)
        box.setProperty("zone", "box")
        self._text: ProofText | None = None
        self._icon = QLabel(self)
        self._icon.setFixedSize(16, 16)
        self._title = ElidedLabel("", "small", "text", self, weight=600)
        self._detail = ElidedLabel("", "small", "text3", self)
        self._make_controls()
        self._first = QHBoxLayout()
        self._first.setSpacing(12)
        self._second = QHBoxLayout()
        self._second.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        self._first.addWidget(self._icon)
        self._first.addLayout(words, 1)
        self._first.addWidget(self._seam_part)
        self._first.addWidget(self.whole)
        self._first.addWidget(self._sides_part)
        column = QVBoxLayout(box)
        column.setContentsMargins(margins(self, 14, 6, 10, 6))
        column.setSpacing(6)
        column.addLayout(self._first)
        column.addLayout(self._second)
        box.setMinimumHeight(theme().height(HIGH))
        around = QVBoxLayout(self)
        around.setContentsMargins(SIDE, 2, SIDE, 10)
        around.addWidget(box)
        self._narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _make_controls(self) -> None:
        self._seam_part = QWidget(self)
        seam = QHBoxLayout(self._seam_part)
        seam.setContentsMargins(0, 0, 0, 0)
        seam.setSpacing(10)
        self.slider = SmallSlider(_("Seam"), 0, MOST_SEAM, 0, self._seam_part, width=110)
        self.slider.setSingleStep(1)
        self.slider.setPageStep(8)
        self._width = Text("", "small", "text", self._seam_part)
        self._width.setMinimumWidth(
            self._width.fontMetrics().horizontalAdvance(_pixels(MOST_SEAM)) + 2
        )
        self.match = Switch(_("Match colours on the ring"), self._seam_part)
        self.match.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._seam_line = _Line(self._seam_part)
        seam.addWidget(self._seam_line)
        seam.addWidget(Text(_("Seam"), "small", "text2", self._seam_part))
        seam.addWidget(self.slider)
        seam.addWidget(self._width)
        seam.addWidget(_Line(self._seam_part))
        seam.addWidget(self.match)
        self.whole = Button(_("Use full result"), "", self, size=26)
        self.whole.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.whole.hide()
        self.whole.clicked.connect(self.whole_wanted)
        self._sides_part = QWidget(self)
        sides = QHBoxLayout(self._sides_part)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(8)
        self._sides = Segmented(
            [(True, _("Before"), ""), (False, _("After"), "")],
            self._sides_part,
            name=_("Before or after"),
            size=28,
        )
        self._sides.set_value(False)
        key = view_keys.held_cap(ViewCommand.LOUPE_ORIGINAL)
        self._key = KeyCap(key, self._sides_part)
        self._line = _Line(self._sides_part)
        for part in (self._line, self._sides, self._key):
            sides.addWidget(part)
        self.slider.valueChanged.connect(self.on_slid)
        self.match.changed.connect(self.match_changed)
        self._sides.changed.connect(self.before)

    # --- content --------------------------------------------------------------------------

    def show_text(self, text: ProofText) -> None:
        """Show a result; without a proof the seam's controls are hidden."""
        self._text = text
        theme().show_icon(self._icon, _ICONS[text.tone], text.tone, 16)
        self._title.setText(text.title)
        self._title.recolour("text" if text.tone == "ok" else text.tone)
        self._detail.setText(text.detail)
        self.setAccessibleName(text.spoken)
        self._seam_part.setVisible(text.tone == "ok")
        self._arrange()

    def show_preview(self) -> None:
        """Show that the preview is not saved yet, and so not verified."""
        if self._text is not None:
            theme().show_icon(self._icon, "eye", "text2", 16)
            words = _("Preview. It is saved when you leave the picture.")
            self._detail.setText(words)
            self.setAccessibleName(f"{self._text.title}. {words}")

    def end_preview(self) -> None:
        """Show the result of the saved picture again."""
        if self._text is not None:
            self.show_text(self._text)

    def show_seam(self, pixels: int, *, least: int, most: int, match: bool) -> None:
        """Show the width of a seam; below `least` it would equal the region's own soft edge."""
        with QSignalBlocker(self.slider):
            self.slider.setRange(min(least, most), most)
            self.slider.setValue(pixels)
        self._width.setText(_pixels(pixels))
        self.match.setChecked(match)

    def set_usable(self, *, usable: bool, why: str = "") -> None:
        """Enable the seam's controls, or show why they are disabled."""
        for part in (self.slider, self.match):
            part.setEnabled(usable)
            part.setAccessibleDescription(why)
        set_tip(self._seam_part, why)

    def set_whole(self, *, there: bool) -> None:
        """Offer to use the model's answer here, if there is no column beside the picture."""
        self.whole.setVisible(there)
        self._arrange()

    def set_before(self, *, there: bool, shown: bool) -> None:
        """Set whether there is an original, and whether it is shown."""
        self._sides_part.setVisible(there)
        self._sides.set_value(shown)
        self._arrange()

    def on_slid(self, pixels: int) -> None:
        """Show and emit the seam of the slider."""
        self._width.setText(_pixels(pixels))
        self.seam_changed.emit(pixels)

    # --- layout ---------------------------------------------------------------------------

    @property
    def narrow(self) -> bool:
        """Whether it has two lines."""
        return self._narrow

    def _arrange(self) -> None:
        """Arrange the parts in one line, or with the seam in a second one."""
        narrow = self.width() < WIDE and not self._seam_part.isHidden()
        self._key.setVisible(self.width() >= KEY and bool(self._key.text()))
        self._line.setVisible(not narrow)
        self._seam_line.setVisible(not narrow)
        if narrow != self._narrow:
            self._narrow = narrow
            if narrow:
                self._first.removeWidget(self._seam_part)
                self._second.addWidget(self._seam_part)
                self._second.addStretch(1)
                self._second.addWidget(self.whole)
            else:
                while self._second.count():
                    self._second.takeAt(0)
                self._first.insertWidget(2, self._seam_part)
                self._first.insertWidget(3, self.whole)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, super().minimumSizeHint().height())

    @needs("_narrow")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()


class _Line(QFrame):
    """Vertical line between two groups."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "rule")
        self.setFixedSize(1, 28)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def _pixels(n: int) -> str:
    return _("{n} px").format(n=number(n))
