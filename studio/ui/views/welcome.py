"""Welcome page: example prompts, the library folder and the provider's key."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.common import paths
from studio.common.errors import InputError
from studio.common.i18n import _, pgettext, sentences
from studio.config.settings import OFFLINE
from studio.ui.style.theme import theme
from studio.ui.support import desktop_services, key_names
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.raster import from_jpeg
from studio.ui.support.screen_colours import ScreenTransform, screen_colours
from studio.ui.support.tasks import spawn
from studio.ui.widgets.buttons import Button, PressedByEnter
from studio.ui.widgets.flow import Flow
from studio.ui.widgets.plain_text import set_words
from studio.ui.widgets.scroll_area import Page
from studio.ui.widgets.text import KeyCap, Paragraph, Tag, Text

RADIUS = 8
SIDE, ABOVE, BELOW = 11, 9, 10
RATIO = 118 / 230
_VARIANTS = re.compile(r"\{[^}]*\}")


class ExampleCard(PressedByEnter, QAbstractButton):
    """Example that fills in the prompt when clicked; {a|b} is coloured as in the composer."""

    def __init__(self, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights: dict[tuple[int, str], int] = {}
        self._lines: tuple[tuple[str, str], QTextLayout] | None = None
        self._broken_at = -1.0
        self._lines_height = 0.0
        self.prompt = prompt
        set_words(self, prompt)
        self.setAccessibleName(prompt)
        self.setProperty("radius", RADIUS)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._picture = QPixmap()
        theme().changed.connect(self.update)

    def show_picture(self, image: QImage) -> None:
        """Show this picture above the text, cropped to fit."""
        self._picture = QPixmap.fromImage(image)
        self.update()

    def _words(self, width: float) -> tuple[QTextLayout, float]:
        """The text broken into lines, and its height."""
        look = theme()
        font, ink = look.font("small", prose=True), look.color("ink")
        wanted = font.key(), ink.name()
        if self._lines is None or self._lines[0] != wanted:
            self._lines = wanted, self._formatted(font, ink)
            self._broken_at = -1.0
        layout = self._lines[1]
        if self._broken_at != width:
            self._broken_at, self._lines_height = width, _break_lines(layout, width)
        return layout, self._lines_height

    def _formatted(self, font: QFont, ink: QColor) -> QTextLayout:
        """The text with its variants in colour, not yet broken into lines."""
        layout = QTextLayout(self.prompt, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        variants = QTextCharFormat()
        variants.setForeground(ink)
        ranges = []
        for found in _VARIANTS.finditer(self.prompt):
            part = QTextLayout.FormatRange()
            part.start, part.length = found.start(), found.end() - found.start()
            part.format = variants
            ranges.append(part)
        layout.setFormats(ranges)
        return layout

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    @needs("prompt")
    def heightForWidth(self, width: int) -> int:
        # A layout asks dozens of times, and breaking the text into lines takes 0.2 ms.
        asked = width, theme().font("small", prose=True).key()
        if asked not in self._heights:
            lines = max(2 * (theme().line("small") + 1.0), self._words(width - 2 * SIDE)[1])
            self._heights[asked] = round(width * RATIO) + ABOVE + BELOW + round(lines)
        return self._heights[asked]

    @needs("prompt")
    def sizeHint(self) -> QSize:
        return QSize(230, self.heightForWidth(230))

    @needs("prompt")
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(120))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        over = self.underMouse() or self.isDown()
        ground, edge = (
            look.color("raise" if over else "panel"),
            look.color("edge" if over else "line"),
        )
        words, _height = self._words(self.width() - 2 * SIDE)
        high = round(self.width() * RATIO)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(whole, RADIUS, RADIUS)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillPath(shape, ground)
        if not self._picture.isNull():
            painter.save()
            painter.setClipPath(shape)
            target = QRectF(0, 0, self.width(), high)
            painter.drawPixmap(target, self._picture, self._cut(target))
            painter.restore()
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.setPen(look.color("text"))
        words.draw(painter, QPointF(SIDE, high + ABOVE))
        painter.end()

    def _cut(self, target: QRectF) -> QRectF:
        """The centred part of the picture that fills the target."""
        width, height = self._picture.width(), self._picture.height()
        scale = max(target.width() / width, target.height() / height)
        seen = QSize(round(target.width() / scale), round(target.height() / scale))
        left, top = (width - seen.width()) / 2, (height - seen.height()) / 2
        return QRectF(left, top, seen.width(), seen.height())


def _break_lines(layout: QTextLayout, width: float) -> float:
    """Break a text into lines of this width; returns their height."""
    step = theme().line("small") + 1.0
    top = 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top + (step - line.height()) / 2))
        top += step
    layout.endLayout()
    return top


KEYS_PAGE = "https://dgrid.ai"
KEY_COLUMN = 336
QWIDGETSIZE_MAX = (1 << 24) - 1
EXAMPLES = ("lighthouse", "city", "forest", "pattern", "waves", "snow")


def example_prompts() -> tuple[str, ...]:
    """Prompts of the six cards, in the order of EXAMPLES."""
    return (
        _("A lighthouse on a granite island at dusk, gouache, muted palette"),
        _("City skyline at night, violet haze, lit windows, poster"),
        _("Pine forest in morning mist, layered paper cut"),
        _("Geometric pattern, four colours, seamless, Bauhaus"),
        _("Sea of paper waves, red sun, screen print"),
        _("Lighthouse in {blue hour|heavy fog|first snow}"),
    )


class Welcome(QScrollArea):
    """Page in place of the gallery while the library is empty.

    Attributes:
        cards: the six examples.

    Signals:
        prompt_chosen: text for the prompt (str).
        import_requested: import of a folder requested.
        shortcuts_requested: list of shortcuts requested.
        profile_shown: name of the profile in use.
    """

    prompt_chosen = Signal(str)
    import_requested = Signal()
    shortcuts_requested = Signal()
    profile_shown = Signal(str)

    def __init__(
        self, core: CoreProtocol, key_card: QWidget, parent: QWidget | None = None
    ) -> None:
        """`key_card` is the form for a provider's key, without a parent; it is reparented."""
        super().__init__(parent)
        self._core = core
        self._loaded = False
        screen_colours().changed.connect(self.on_screen_colours)
        self._columns = 0
        self._arrangement: tuple[bool, bool, int, float] | None = None
        self.setAccessibleName(_("First steps"))
        self.setProperty("zone", "mat")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Each part is created where it stays: moving one styles all within it again.
        inside = Page(self.viewport())
        inside.setProperty("zone", "mat")
        self._page = QGridLayout(inside)
        self._page.setVerticalSpacing(0)
        self._head = self._build_head(inside)
        self._left = self._build_examples(inside)
        self._right = self._build_right(inside, key_card)
        self.setWidget(inside)
        # Arranged with the first resize event, which has the page's width.
        theme().changed.connect(self._retint)
        self._retint()

    def _build_head(self, parent: QWidget) -> QWidget:
        head = QWidget(parent)
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 24)
        column.setSpacing(6)
        keys = key_names.cap(key_names.current("Ctrl+Return"))
        words = _("Describe a picture, then press {keys}").format(keys=keys)
        column.addWidget(Text(words, "display", "text", head, wrap=True))
        sentence = _("Pictures are saved in {folder}. Drag them straight into other programs.")
        kept = Paragraph(
            sentence.replace("{folder}", "{strong}"),
            "title",
            "text2",
            head,
            line=20,
            strong=shown_folder(self._core.library_folder),
            weight=400,
        )
        column.addWidget(kept)
        return head

    def _build_examples(self, parent: QWidget) -> QWidget:
        left = QWidget(parent)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Text(_("Try one of these"), "micro", "text3", left, weight=600))
        column.addSpacing(11)
        self._cards = QGridLayout()
        self._cards.setSpacing(12)
        self.cards = tuple(ExampleCard(prompt, left) for prompt in example_prompts())
        for card in self.cards:
            card.clicked.connect(self.on_card)
        column.addLayout(self._cards)
        column.addSpacing(12)
        advice = _("Click one to fill in the prompt below.")
        promise = _("Nothing is sent until you press Generate.")
        column.addWidget(Text(sentences(advice, promise), "small", "text3", left, wrap=True))
        column.addSpacing(18)
        column.addWidget(self._build_ways(left))
        column.addStretch(1)
        return left

    def _build_ways(self, parent: QWidget) -> QWidget:
        """Other ways to begin, on as many lines as needed."""
        self._drop_icon = QLabel(parent)
        drop = _side_by_side(
            parent, self._drop_icon, Text(_("Drop a picture to edit it"), "small", "text2")
        )
        self.shortcuts = Button(_("All shortcuts"), "quiet", icon="help")
        self.shortcuts.clicked.connect(self.shortcuts_requested)
        keys = _side_by_side(parent, self.shortcuts, KeyCap("?"))
        ways = Flow(parent, gap=8, last_at_least=keys.sizeHint().width())
        self.bring = Button(_("Import a folder…"), "quiet", ways, icon="folder")
        self.bring.clicked.connect(self.import_requested)
        for place, way in enumerate((drop, self.bring, keys)):
            way.setParent(ways)
            ways.insert(place, way)
        return ways

    def _build_right(self, parent: QWidget, key_card: QWidget) -> QWidget:
        right = QWidget(parent)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Text(_("Pictures by"), "micro", "text3", right, weight=600))
        column.addSpacing(11)
        box = QFrame(right)
        box.setProperty("zone", "box")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        sketch = QVBoxLayout()
        sketch.setContentsMargins(16, 16, 16, 16)
        sketch.setSpacing(5)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._brush = QLabel(box)
        row.addWidget(self._brush)
        row.addWidget(Text(_("Offline sketch"), "body", "text", box, weight=600))
        row.addStretch(1)
        self._on = Tag(pgettext("provider", "on"), "ok", box)
        row.addWidget(self._on)
        sketch.addLayout(row)
        words = _("Not AI. Free; needs no key or network. For trying everything out.")
        sketch.addWidget(Paragraph(words, "small", "text2", box))
        inner.addLayout(sketch)
        rule = QFrame(box)
        rule.setProperty("zone", "rule")
        rule.setFixedHeight(1)
        inner.addWidget(rule)
        inner.addWidget(key_card)
        column.addWidget(box)
        column.addSpacing(10)
        question = Text(_("No key yet?"), "small", "text3", right)
        self.get_key = Button(_("Get one from DGrid"), "link", right, size=26)
        beside = question.sizeHint().width() + self.get_key.sizeHint().width() <= KEY_COLUMN - 40
        # In longer languages the link is below the question.
        hint = QHBoxLayout() if beside else QVBoxLayout()
        hint.setSpacing(0)
        hint.addWidget(question)
        self.get_key.clicked.connect(self.on_get_key)
        hint.addWidget(self.get_key, 0, Qt.AlignmentFlag.AlignLeft)
        hint.addStretch(1)
        column.addLayout(hint)
        later = _("Later: Settings, {keys}").format(keys=key_names.cap(key_names.current("Ctrl+,")))
        column.addWidget(Text(later, "small", "text3", right))
        column.addStretch(1)
        return right

    def _lay_out(self) -> None:
        """Arrange examples and card side by side, or stacked if there is no room."""
        width = max(self.width(), 320)
        roomy, beside = width >= 1100, width >= 800
        side = 56 if roomy else 32 if beside else 20
        columns = 3 if width >= 560 else 2
        arrangement = roomy, beside, columns, theme().scale
        if arrangement == self._arrangement:
            # Otherwise each change of the width would lay the page out twice.
            return
        self._arrangement = arrangement
        self._page.setContentsMargins(side, 34 if roomy else 24, side, 24)
        self._page.setHorizontalSpacing(48 if roomy else 32)
        for part in (self._head, self._left, self._right):
            self._page.removeWidget(part)
        self._page.addWidget(self._head, 0, 0, 1, 2 if beside else 1)
        top = Qt.AlignmentFlag.AlignTop
        if beside:
            larger = min(theme().scale, 1.25)
            self._right.setFixedWidth(round((KEY_COLUMN if roomy else 312) * larger))
            self._page.addWidget(self._left, 1, 0)
            self._page.addWidget(self._right, 1, 1, top)
        else:
            self._right.setMinimumWidth(0)
            self._right.setMaximumWidth(QWIDGETSIZE_MAX)
            self._page.addWidget(self._left, 1, 0)
            self._page.addWidget(self._right, 2, 0, top)
        self._page.setColumnStretch(0, 1)
        self._page.setRowStretch(3, 1)
        if columns != self._columns:
            self._columns = columns
            for card in self.cards:
                self._cards.removeWidget(card)
            for place, card in enumerate(self.cards):
                self._cards.addWidget(card, place // columns, place % columns)
            for column in range(3):
                self._cards.setColumnStretch(column, 1 if column < columns else 0)

    def _retint(self) -> None:
        dpr, look = self.devicePixelRatioF(), theme()
        self._drop_icon.setPixmap(look.pixmap("reference", "text2", 14, dpr))
        self._brush.setPixmap(look.pixmap("brush", "text", 16, dpr))

    def on_screen_colours(self) -> None:
        """Show the examples in the colours of the new monitor."""
        self._loaded = False
        if self.isVisible():
            self._show_examples()

    def _show_examples(self) -> None:
        if not self._loaded:
            self._loaded = True
            spawn(self._load())

    async def _load(self) -> None:
        for name, card in zip(EXAMPLES, self.cards, strict=True):
            screen = screen_colours().transform
            image = await _example_picture(name, screen)
            if screen is not screen_colours().transform:
                return
            if not image.isNull():  # else the card works without its picture
                card.show_picture(image)

    def show_profile(self, name: str) -> None:
        """Show the profile in use; the offline painter is marked "on" only without a provider."""
        self._on.setVisible(name == OFFLINE)
        self.profile_shown.emit(name)

    def on_card(self) -> None:
        """Emit the prompt of the clicked example."""
        card = self.sender()
        if isinstance(card, ExampleCard):
            self.prompt_chosen.emit(card.prompt)

    def on_get_key(self) -> None:
        """Open the provider's page in the browser."""
        desktop_services.open_link(KEYS_PAGE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_examples()

    @needs("_right")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()


_decoded: dict[str, tuple[ScreenTransform | None, QImage]] = {}
"""Pictures of the examples, each with the screen's conversion it was decoded for."""


async def _example_picture(name: str, screen: ScreenTransform | None) -> QImage:
    """Picture of an example for this screen, decoded once; null if it cannot be read."""
    kept = _decoded.get(name)
    if kept is None or kept[0] is not screen:
        file = paths.resources() / "examples" / f"{name}.jpg"
        try:
            data = await asyncio.to_thread(file.read_bytes)
        except OSError:
            return QImage()
        kept = _decoded[name] = screen, await asyncio.to_thread(from_jpeg, data, screen)
    return kept[1]


def shown_folder(folder: Path) -> str:
    """Folder in readable form: "Pictures / Gridbrush" within the user's home."""
    try:
        parts = folder.relative_to(paths.user_home()).parts
    except (InputError, ValueError):
        return str(folder)
    return " / ".join(parts)


def _side_by_side(parent: QWidget, *parts: QWidget) -> QWidget:
    made = QWidget(parent)
    made.setMinimumHeight(theme().height(30))
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(7)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return made
