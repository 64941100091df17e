"""Inspector page of the mode Only here: the region, what is sent, its soft edge, the keys."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from studio.common.i18n import _, ngettext, number, pgettext
from studio.ui.panels.inspector.fact_table import FactTable, ProofSection
from studio.ui.panels.inspector.facts import FactRow
from studio.ui.panels.inspector.mode_page import ModePage
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import key_names, view_keys
from studio.ui.support.region_editor import RegionEditor
from studio.ui.support.view_keys import ViewCommand
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.number_controls import SmallSlider
from studio.ui.widgets.text import Text

THUMB = 76
MOST_FEATHER = 128
"""Maximum width of the soft edge, in pixels of the picture."""

_WIDE = 16_777_215  # Qt's limit of a width


class _RegionThumbnail(QWidget):
    """The region in white on black."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self.setFixedSize(THUMB, THUMB)
        self.setAccessibleName(_("Region"))

    def show_image(self, image: QImage | None) -> None:
        """Show an image; None for an empty region."""
        self._image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("sunk"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._image is not None:
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRect(self.rect().topLeft(), size)
            box.moveCenter(self.rect().center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(box, self._image)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(THUMB, THUMB)


class RegionPage(ModePage):
    """The region of an editor.

    Attributes:
        clear_button: removes the region.
        feather: slider of the soft edge, in pixels of the picture.
        proof: proof of a composed picture.
    """

    def __init__(self, editor: RegionEditor, parent: QWidget) -> None:
        super().__init__(_keys(), parent)
        self._editor = editor
        self._longer = 1
        self._sent = ""
        self.share = 0.0
        self.proof = ProofSection(self)
        self.set_parts((self._make_region(), self._make_feather(), self.proof))
        editor.changed.connect(self.refresh)
        self.refresh()

    def _make_region(self) -> QWidget:
        part = InspectorSection("", self)
        part.set_line(line=False)
        part.setAccessibleName(_("Only here"))
        head = QHBoxLayout()
        head.addWidget(Text(_("Only here"), "micro", "text3", part, weight=600))
        head.addStretch(1)
        self.clear_button = Button(pgettext("region", "Clear"), "link", part, size=24)
        self.clear_button.clicked.connect(self._editor.clear_region)
        head.addWidget(self.clear_button)
        part.body.addLayout(head)
        part.body.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._thumbnail = _RegionThumbnail(part)
        row.addWidget(self._thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        self.facts = FactTable(_("Region"), part, label=56)
        row.addWidget(self.facts, 1, Qt.AlignmentFlag.AlignTop)
        part.body.addLayout(row)
        self._empty = Text(
            _("Paint the part that may change. Everything outside it stays as it is."),
            "small",
            "text2",
            part,
            wrap=True,
        )
        part.body.addSpacing(6)
        part.body.addWidget(self._empty)
        return part

    def _make_feather(self) -> QWidget:
        part = InspectorSection("", self)
        head = QHBoxLayout()
        head.addWidget(Text(_("Feather of the region"), "small", "text2", part))
        head.addStretch(1)
        self._feather_words = Text("", "small", "text", part)
        head.addWidget(self._feather_words)
        part.body.addLayout(head)
        part.body.addSpacing(6)
        self.feather = SmallSlider(_("Feather of the region"), 0, MOST_FEATHER, 0, part)
        self.feather.setSingleStep(4)
        self.feather.setPageStep(16)
        self.feather.setMinimumWidth(96)
        self.feather.setMaximumWidth(_WIDE)
        self.feather.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.feather.valueChanged.connect(self.on_feather)
        self.feather.sliderReleased.connect(self._editor.seal)
        part.body.addWidget(self.feather)
        return part

    # --- content ----------------------------------------------------------------------------

    def set_picture(self, longer: int) -> None:
        """Set the longer side of the picture in pixels."""
        self._longer = max(1, longer)
        with QSignalBlocker(self.feather):
            self.feather.setMaximum(min(MOST_FEATHER, self._longer))
        self.refresh()

    def show_region(self, image: QImage | None, share: float) -> None:
        """Show the region's image, and the part of the picture that it covers."""
        self.share = share
        self._thumbnail.show_image(image)
        self.refresh()

    def show_sent(self, words: str) -> None:
        """Show what is sent."""
        self._sent = words
        self.refresh()

    def refresh(self) -> None:
        """Show the editor's region."""
        region = self._editor.region
        self.clear_button.setVisible(region is not None)
        self._empty.setVisible(region is None)
        self.facts.setVisible(region is not None)
        if region is not None:
            share = _("{percent} % of the picture").format(percent=number(self.share * 100, 1))
            rows = [
                FactRow(label=_("Region"), value=share),
                FactRow(label=_("Strokes"), value=self._strokes(len(region.strokes))),
            ]
            if self._sent:
                rows.append(FactRow(label=_("Sent as"), value=self._sent))
            self.facts.set_facts(rows)
        pixels = round((region.feather if region else self._editor.feather) * self._longer)
        with QSignalBlocker(self.feather):
            self.feather.setValue(pixels)
        # Translators: {n} is a width.
        words = _("{n} px").format(n=number(pixels))
        self._feather_words.setText(words)
        self.feather.setAccessibleDescription(words)

    def _strokes(self, n: int) -> str:
        undone = self._editor.undone
        if not undone:
            return number(n)
        # Translators: {strokes} are there, the last {n} were undone.
        words = ngettext("{strokes}, last one undone", "{strokes}, last {n} undone", undone)
        return words.format(strokes=number(n), n=number(undone))

    # --- slots ------------------------------------------------------------------------------

    def on_feather(self, pixels: int) -> None:
        """Set the width of the soft edge."""
        self._editor.set_feather(pixels / self._longer)
        self.refresh()


def _keys() -> list[tuple[str, str]]:
    c = ViewCommand
    return [
        (view_keys.cap(c.REGION_BRUSH, c.REGION_LASSO, c.REGION_BOX), _("brush, lasso, box")),
        (view_keys.cap(c.REGION_ERASER), _("eraser")),
        (view_keys.cap(c.REGION_SMALLER, c.REGION_LARGER), _("smaller, larger")),
        (view_keys.cap(c.HIDE), _("hide the tint while held")),
        (view_keys.cap(c.LOUPE_ORIGINAL), _("original, while held")),
        (key_names.cap(key_names.current("Ctrl+Z")), _("undo the last stroke")),
        ("Esc", _("leave, the region is kept")),
    ]
