"""Widgets of "What is sent": the folded line, and the panel with pictures and words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocumentFragment,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.domain.markup import MARK_COLOURS
from studio.domain.request_plan import PlannedWords, RequestPlan, WordSource
from studio.ui.panels.composer.slot import paint_square
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.text_offsets import common_prefix, utf16_length
from studio.ui.widgets.accessible import set_expanded, set_role
from studio.ui.widgets.buttons import Button, IconButton, PaintedButton, ToggledIsClicked
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.plain_text import describe, set_tip, with_key
from studio.ui.widgets.scroll_area import give_viewport
from studio.ui.widgets.text import KeyCap, Text

KEY = "Ctrl+Shift+P"
SQUARE = 56
SMALL_SQUARE = 36
GAP = 8
MOST_LINES = 6
LOW_LINES = 2


def count_words(plan: RequestPlan) -> str:
    """Counts in words: "2 pictures and 47 words"."""
    pictures, words = len(plan.pictures), plan.words
    text = ngettext("{n} word", "{n} words", words).format(n=number(words))
    if not pictures:
        return text
    # Translators: {pictures} is "2 pictures", {words} is "47 words".
    return _("{pictures} and {words}").format(
        pictures=ngettext("{n} picture", "{n} pictures", pictures).format(n=number(pictures)),
        words=text,
    )


class FoldButton(ToggledIsClicked, PaintedButton):
    """Chevron and counts; in the panel also the title "What is sent".

    Its accessible name is always "What is sent"; the description has the counts.
    """

    def __init__(self, parent: QWidget, *, unfolded: bool) -> None:
        super().__init__(parent)
        self._unfolded = unfolded
        self._counts = ""
        set_role(self, QAccessible.Role.Button)
        set_expanded(self, expanded=unfolded)
        self.setCheckable(True)
        self.restore_checked()
        self.toggled.connect(self.on_toggled)
        self.setAccessibleName(_("What is sent"))
        key = key_names.spoken(key_names.current(KEY))
        set_tip(self, with_key(_("What is sent"), key))

    @property
    def counts(self) -> str:
        """The counts, such as "2 pictures and 47 words"."""
        return self._counts

    def show_counts(self, counts: str) -> None:
        """Show the counts; "" for nothing to send."""
        if counts != self._counts:
            self._counts = counts
            describe(self, counts or key_names.spoken(key_names.current(KEY)))
            self.updateGeometry()
            self.update()

    def restore_checked(self) -> None:
        """Restore its checked state after a click: folding switches between two buttons."""
        self.setChecked(self._unfolded)

    def _title(self) -> str:
        return _("What is sent") if self._unfolded or not self._counts else ""

    @needs("_counts")
    def sizeHint(self) -> QSize:
        look = theme()
        width = 6 + 12 + 6
        if title := self._title():
            width += QFontMetrics(look.font("small", weight=600)).horizontalAdvance(title) + 8
        width += QFontMetrics(look.font("small")).horizontalAdvance(self._words())
        return QSize(width + 8, look.height(22))

    def _words(self) -> str:
        if not self._unfolded or not self._counts:
            return self._counts
        # Translators: {counts} is "2 pictures and 47 words".
        return _("{counts}, in this order").format(counts=self._counts)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, hot = theme(), self.underMouse()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if hot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        chevron = "down" if self._unfolded else "right"
        glyph = look.pixmap(chevron, "text2", 12, self.devicePixelRatioF())
        at = placed(self, QRect(6, (self.height() - 12) // 2, 12, 12))
        painter.drawPixmap(at.topLeft(), glyph)
        left = 6 + 12 + 6
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if title := self._title():
            painter.setFont(look.font("small", weight=600))
            painter.setPen(look.color("text"))
            width = QFontMetrics(painter.font()).horizontalAdvance(title)
            line = placed(self, QRectF(left, 0, width + 4, self.height()))
            painter.drawText(line, flags, title)
            left += width + 8
        painter.setFont(look.font("small"))
        painter.setPen(look.color("text" if hot else "text2"))
        room = self.width() - left - 4
        elide = Qt.TextElideMode.ElideRight
        words = elided(QFontMetrics(painter.font()), self._words(), elide, room + 1)
        painter.drawText(placed(self, QRectF(left, 0, room + 4, self.height())), flags, words)
        painter.end()


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture in the panel: its number, its name, and a thumbnail once it has loaded."""

    number: int
    name: str
    pixmap: QPixmap | None = None


class SentPictures(QWidget):
    """The pictures in sending order; the number of those that do not fit is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: tuple[SentPicture, ...] = ()
        self._small = False
        set_role(self, QAccessible.Role.Graphic)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def pictures(self) -> tuple[SentPicture, ...]:
        """The pictures shown."""
        return self._pictures

    def show_pictures(self, pictures: Sequence[SentPicture], *, small: bool) -> None:
        """Show these pictures, without names if `small`."""
        self._pictures, self._small = tuple(pictures), small
        names = listed(_caption(one) for one in pictures)
        # Translators: {names} is a list of pictures, such as "1 kelp, 2 lighthouse".
        self.setAccessibleName(_("Pictures in this order: {names}").format(names=names))
        set_tip(self, "\n".join(map(_caption, pictures)))
        self.setVisible(bool(pictures))
        self.updateGeometry()
        self.update()

    def _side(self) -> int:
        return SMALL_SQUARE if self._small else SQUARE

    def _shown(self) -> int:
        """Number of pictures that fit."""
        parent = self.parentWidget()
        room = (parent.width() if parent is not None else 600) * 2 // 5
        fit = max(1, (room + GAP) // (self._side() + GAP))
        return len(self._pictures) if len(self._pictures) <= fit else max(1, fit - 1)

    @needs("_small")
    def sizeHint(self) -> QSize:
        cells = self._shown()
        cells += cells < len(self._pictures)
        height = self._side() + (0 if self._small else theme().line("micro") + 2)
        return QSize(max(0, cells * (self._side() + GAP) - GAP), height)

    def _cell(self, place: int) -> QRect:
        cell = QRect(place * (self._side() + GAP), 0, self._side(), self._side())
        return placed(self, cell)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, shown = theme(), self._shown()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(look.font("micro", prose=True))
        metrics = QFontMetrics(painter.font())
        for place, one in enumerate(self._pictures[:shown]):
            cell = self._cell(place)
            paint_square(painter, one.pixmap, cell)
            painter.setPen(look.color("text2"))
            if self._small:
                box = QRect(cell.left(), cell.top(), 16, 16)
                painter.fillRect(box, look.color("sunk"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(one.number))
                continue
            words = elided(
                metrics, _caption(one), Qt.TextElideMode.ElideRight, self._side() + GAP - 2
            )
            line = QRectF(cell.left(), cell.bottom() + 3, self._side() + GAP, look.line("micro"))
            if self.isRightToLeft():
                line.translate(-GAP, 0)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)
        if more := len(self._pictures) - shown:
            painter.setPen(look.color("text3"))
            painter.drawText(self._cell(shown), Qt.AlignmentFlag.AlignCenter, f"+ {number(more)}")
        painter.end()


def _caption(one: SentPicture) -> str:
    return f"{number(one.number)} {one_line(one.name)}".strip()


class SentText(QTextEdit):
    """Every word that is sent: the program's in grey, the user's in the text colour.

    Attributes:
        fills: number of times its text was replaced.
        places: start and end of each of the plan's texts, in UTF-16 units.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.fills = 0
        self.places: list[tuple[int, int]] = []
        self._most = MOST_LINES
        self._plan: RequestPlan | None = None
        self._known: Collection[str] = ()
        self._mark_colours: Mapping[int, str] = {}
        self._shown = ("", "")
        EditMenu(self)
        self.setAccessibleName(_("Words sent"))
        self.setProperty("field", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view = give_viewport(self)
        view.setAutoFillBackground(False)
        self.document().documentLayout().setPaintDevice(view)
        self.document().setDocumentMargin(0)
        self._dress()
        theme().changed.connect(self.on_theme)

    def _dress(self) -> None:
        font = theme().font("small", prose=True)
        self.setFont(font)
        self.document().setDefaultFont(font)

    def on_theme(self) -> None:
        """Apply the theme's fonts and colours."""
        self._dress()
        self.clear()
        self._shown = ("", "")
        if self._plan is not None:
            self.show_plan(self._plan, self._known, self._mark_colours)

    def show_plan(
        self, plan: RequestPlan, known: Collection[str], colours: Mapping[int, str]
    ) -> None:
        """Show the words of this plan.

        `known` are the sentences of the settings, `colours` those of the marks by their numbers.
        """
        self.fills += 1
        self._plan, self._known, self._mark_colours = plan, known, colours
        runs: list[tuple[str, str]] = []
        self.places = []
        texts = plan.texts
        for count, text in enumerate(texts, 1):
            if runs:
                runs.append((_GREY, "\n"))
            if plan.system and count == len(texts):
                runs.append((_HEADING, _("System instruction")))
                runs.append((_GREY, "\n"))
            at = sum(utf16_length(words) for _look, words in runs)
            runs += [(_look(piece, known, colours), piece.text) for piece in text.pieces]
            self.places.append((at, sum(utf16_length(words) for _look, words in runs)))
        self._replace(runs)
        self._fit()

    def _replace(self, runs: Sequence[tuple[str, str]]) -> None:
        """Replace only the part that differs: the rest keeps its layout, selection and position."""
        words = "".join(words for _look, words in runs)
        looks = "".join(look * len(words) for look, words in runs)
        before, former = self._shown
        head = min(common_prefix(before, words), common_prefix(former, looks))
        most = min(len(before), len(words)) - head
        tail = min(
            common_prefix(before[::-1], words[::-1]),
            common_prefix(former[::-1], looks[::-1]),
            most,
        )
        self._shown = (words, looks)
        if (before, former) != self._shown:
            self._insert(runs, head, tail, before)

    def _insert(self, runs: Sequence[tuple[str, str]], head: int, tail: int, before: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_length(before[:head]))
        end = utf16_length(before[: len(before) - tail])
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        at, last = 0, len(self._shown[0]) - tail
        for look, words in runs:
            part = words[max(0, head - at) : max(0, last - at)]
            if part:
                cursor.insertText(part, _format(look))
            at += len(words)
        cursor.endEditBlock()

    def texts(self) -> list[str]:
        """The texts shown, in order, without headings."""
        found = []
        for start, end in self.places:
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            found.append(QTextDocumentFragment(cursor).toPlainText())
        return found

    def set_most_lines(self, lines: int) -> None:
        """Set the number of lines after which it scrolls."""
        self._most = lines
        self._fit()

    def _fit(self) -> None:
        line = QFontMetrics(self.font()).lineSpacing()
        wanted = round(self.document().size().height())
        self.setFixedHeight(max(line, min(wanted, self._most * line)) + 2)

    @needs("_most")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def is_program(piece: PlannedWords, known: Collection[str]) -> bool:
    """Whether these words come from the program or the settings, not from the user."""
    if piece.source is WordSource.SENTENCE:
        return piece.text in known
    return piece.source in (WordSource.PROGRAM, WordSource.NUMBER)


_GREY, _OWN, _MARK, _HEADING = "g", "o", "m", "h"
"""Text styles; a string of them has one letter per character of the text."""

_COLOURS = {_GREY: "text3", _OWN: "text", _MARK: "text2", _HEADING: "text3"}

_NUMBERS = {str(place): colour for place, colour in enumerate(MARK_COLOURS)}
"""Text styles for the numbers of marks, with their colours."""


def _look(piece: PlannedWords, known: Collection[str], colours: Mapping[int, str]) -> str:
    if piece.source is WordSource.MARK:
        return _MARK
    if piece.source is WordSource.NUMBER and piece.mark in colours:
        return next(look for look, one in _NUMBERS.items() if one == colours[piece.mark])
    return _GREY if is_program(piece, known) else _OWN


def _format(look: str) -> QTextCharFormat:
    made = QTextCharFormat()
    if look in _NUMBERS:
        made.setForeground(theme().legible(_NUMBERS[look], "sunk"))
        made.setFont(theme().font("small", weight=600, prose=True))
        return made
    made.setForeground(theme().color(_COLOURS[look]))
    if look == _HEADING:
        made.setFont(theme().font("micro", weight=600))
    return made


class SentPanel(QFrame):
    """The unfolded panel.

    Attributes:
        head: button that folds the panel.
        pictures, text: what is sent.
        note: turns sent before, or the reason why nothing can be sent.
        earlier, later: buttons that show the other requests of a run.
        edit: button that opens the settings at the sentences.

    Signals:
        fold_wanted: fold it.
        step_wanted(int): show the previous (-1) or next (1) request.
        edit_wanted: change the program's words.
    """

    fold_wanted = Signal()
    step_wanted = Signal(int)
    edit_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What is sent"))
        self._small = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 7, 0, 8)
        self._column.setSpacing(4)
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedHeight(1)
        self._column.addWidget(rule)
        self.head = FoldButton(self, unfolded=True)
        self.head.clicked.connect(self.fold_wanted)
        self.earlier = IconButton("left", _("Previous request"), "", self, size=24)
        self.earlier.clicked.connect(self.on_earlier)
        self.later = IconButton("right", _("Next request"), "", self, size=24)
        self.later.clicked.connect(self.on_later)
        self._which = Text("", "micro", "text3", self)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.head)
        top.addStretch(1)
        for part in (self.earlier, self._which, self.later):
            top.addWidget(part)
        top.addWidget(KeyCap(key_names.cap(key_names.current(KEY)), self))
        self._column.addLayout(top)
        self.pictures = SentPictures(self)
        self.note = Text("", "micro", "text3", self, wrap=True)
        self.text = SentText(self)
        self._origin = Text(_("Grey words are added by Gridbrush."), "micro", "text3", self)
        self.edit = Button(_("Edit them"), "link", self, size=24)
        self.edit.setAccessibleDescription(_("Opens the sentences of the roles in the settings"))
        self.edit.clicked.connect(self.edit_wanted)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.note)
        words.addWidget(self.text)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self._origin)
        foot.addWidget(self.edit)
        foot.addStretch(1)
        words.addLayout(foot)
        words.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.pictures, 0, Qt.AlignmentFlag.AlignTop)
        body.addLayout(words, 1)
        self._column.addLayout(body)

    def controls(self) -> list[QWidget]:
        """All controls, in tab order."""
        return [self.head, self.earlier, self.later, self.text, self.edit]

    @property
    def which(self) -> str:
        """Which request of a run is shown; "" for the only one."""
        return "" if self._which.isHidden() else self._which.text()

    def show_plan(
        self,
        plan: RequestPlan,
        pictures: Sequence[SentPicture],
        known: Collection[str],
        *,
        place: int,
        requests: int,
        colours: Mapping[int, str],
    ) -> None:
        """Show the plan of request `place` (from 0) of a run of `requests` different ones.

        `known` are the sentences of the settings, `colours` those of the marks by their numbers.
        """
        note = ""
        if plan.turns:
            note = ngettext(
                "Sent after {n} earlier turn of the conversation.",
                "Sent after {n} earlier turns of the conversation.",
                plan.turns,
            ).format(n=number(plan.turns))
        self._show_note(note)
        self.pictures.show_pictures(pictures, small=self._small)
        self.text.setVisible(bool(plan.texts))
        self.text.show_plan(plan, known, colours)
        program = any(is_program(piece, known) for text in plan.texts for piece in text.pieces)
        self._origin.setVisible(program)
        self.edit.setVisible(program)
        several = requests > 1
        for part in (self.earlier, self._which, self.later):
            part.setVisible(several)
        # Translators: one of the requests of a run.
        which = _("Request {n} of {all}").format(n=number(place + 1), all=number(requests))
        self._which.setText(which)
        self.earlier.setEnabled(place > 0)
        self.later.setEnabled(place < requests - 1)

    def show_nothing(self, reason: str) -> None:
        """Show why nothing can be sent."""
        self._show_note(reason)
        self.pictures.show_pictures((), small=self._small)
        for part in (self.text, self._origin, self.edit, self.earlier, self._which, self.later):
            part.hide()

    def set_small(self, *, narrow: bool, low: bool) -> None:
        """Set the layout for narrow or low windows."""
        self._small = narrow or low
        self.text.set_most_lines(LOW_LINES if low else MOST_LINES)
        self.pictures.show_pictures(self.pictures.pictures, small=self._small)

    def _show_note(self, note: str) -> None:
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def on_earlier(self) -> None:
        self.step_wanted.emit(-1)

    def on_later(self) -> None:
        self.step_wanted.emit(1)
