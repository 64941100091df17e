"""One picture sent with the prompt: a source being edited, or a reference with its role."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from studio.common import i18n
from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number, sentences
from studio.domain.entities import Reference, Role
from studio.domain.sentences import DEFAULTS
from studio.ui.panels.composer.sentence_popover import SentencePopover
from studio.ui.style.theme import theme
from studio.ui.support.drop_area import Drag, DropArea, brings_pictures
from studio.ui.support.key_names import spoken
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import elided, flipped, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.support.role_names import role_name
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import Menu, set_reason
from studio.ui.widgets.plain_text import set_tip

HEIGHT = 40
THUMB = 32
SMALL = 36
WIDEST_NAME = 160
ROLES = (Role.SUBJECT, Role.STYLE, Role.PALETTE, Role.COMPOSITION, Role.FREE)


@dataclass(frozen=True, slots=True)
class SlotNote:
    """Note shown in a slot in place of its role, and whether its picture is sent.

    Attributes:
        tip: details for the tool tip.
        beside: a word beside the role, for slots without a note in its place.
        number: number of the reference in sending order; 0 if its slot shows none.
        sentence: sentence sent with it; "" for none.
        talk: turns of the conversation to continue; 0 if the user declined, None if there is no
            conversation.
        marks: number of marks on the source that are sent.
        frames: number of frames around it.
        region: whether a region is painted on the source.
    """

    words: str = ""
    sent: bool = True
    tip: str = ""
    beside: str = ""
    number: int = 0
    sentence: str = ""
    talk: int | None = None
    marks: int = 0
    frames: int = 0
    region: bool = False


def paint_square(painter: QPainter, pixmap: QPixmap | None, box: QRect) -> None:
    """Draw the centre of a picture with rounded corners, or a plain square without one."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(box), 4, 4)
    painter.save()
    painter.setClipPath(path)
    if pixmap is None or pixmap.isNull():
        painter.fillRect(box, theme().color("press"))
    else:
        side = min(pixmap.width(), pixmap.height())
        left, top = (pixmap.width() - side) // 2, (pixmap.height() - side) // 2
        painter.drawPixmap(QRectF(box), pixmap, QRectF(left, top, side, side))
    painter.restore()


class Slot(QWidget):
    """Thumbnail, role and name; Delete removes it, its menu changes the role.

    Attributes:
        place: index in the row.
        area: its drop area.

    Signals:
        remove_wanted(int): × or Delete was pressed (index).
        show_wanted(int): the picture was clicked, or Enter was pressed without a sentence to
            change (index).
        role_chosen(int, object): index and new role.
        sentence_chosen(int, object): index and new sentence; None for that of the role.
        talk_chosen(object): whether to continue the conversation about the source.
        dragged(object, object), dropped_at(object, object): the slot and the pointer's position in
            its parent, during and at the end of a move.
        given_up: a move was cancelled.
        step_wanted(object, object): the slot, and -1 or 1 to move it by.
        replaced(int, object): index and the DropContents dropped on it.
    """

    remove_wanted = Signal(int)
    show_wanted = Signal(int)
    role_chosen = Signal(int, object)
    sentence_chosen = Signal(int, object)
    talk_chosen = Signal(object)
    dragged = Signal(object, object)
    dropped_at = Signal(object, object)
    given_up = Signal()
    step_wanted = Signal(object, object)
    replaced = Signal(int, object)

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.reference = Reference(sha256="", media_type="")
        self._note = SlotNote()
        self._small = False
        self._with_sentence = True
        self._pixmap: QPixmap | None = None
        self._pressed: QPoint | None = None
        self._moving = False
        set_role(self, QAccessible.Role.ListItem)
        self.setProperty("radius", 7)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.role_button = IconButton("down", _("Role"), "", self, size=24, role="text3")
        self.role_button.clicked.connect(self.on_role_wanted)
        self.close_button = IconButton("close", _("Remove"), "Del", self, size=24, role="text3")
        self.close_button.clicked.connect(self.on_close)
        self.area = DropArea(self, brings_pictures)
        self.area.inside_changed.connect(self.update)
        self.area.dropped.connect(self.on_picture_dropped)
        theme().changed.connect(self.update)

    # --- content --------------------------------------------------------------------------

    def show_reference(self, reference: Reference, note: SlotNote, *, small: bool) -> None:
        """Show this reference; `note` gives the reason it is not sent, or other remarks."""
        self.reference, self._note, self._small = reference, note, small
        editing = reference.role is Role.EDIT
        called = one_line(reference.name)
        name = f"{role_name(reference.role)} {called} {self._marks()}".strip()
        self.setAccessibleName(name)
        said = [words for words in (note.words, note.beside, note.tip) if words]
        self.setAccessibleDescription(sentences(*said))
        sent = [f"[{note.number}] {note.sentence}".strip()] if note.number else []
        set_tip(self, "\n".join([name, *sent, *said]))
        self.role_button.setVisible(self._has_menu and not small)
        self.close_button.setVisible(not small)
        # Translators: {name} is a picture; {name} is a reference picture.
        about = _("Conversation about {name}") if editing else _("Role of {name}")
        self.role_button.set_name(about.format(name=called))
        # Translators: {name} is a reference picture.
        self.close_button.set_name(_("Remove {name}").format(name=called), "Del")
        self._place()
        self.update()

    def set_with_sentence(self, on: bool) -> None:  # noqa: FBT001
        """Set whether the beginning of its sentence fits beside its role."""
        if on != self._with_sentence:
            self._with_sentence = on
            self._place()
            self.update()

    def show_thumbnail(self, pixmap: QPixmap | None) -> None:
        """Show the thumbnail; None until it has loaded."""
        self._pixmap = pixmap
        self.update()

    @property
    def _has_menu(self) -> bool:
        return self.reference.role is not Role.EDIT or self._note.talk is not None

    @property
    def _has_sentence(self) -> bool:
        """Whether a sentence can be sent with it."""
        return self._note.sent and self.reference.role in DEFAULTS

    def role_menu(self) -> Menu:
        """Menu with the roles, the sentence or conversation, and removal."""
        menu = Menu("", self)
        if self.reference.role is not Role.EDIT:
            for role in ROLES:
                menu.entry(role_name(role), data=role, checked=role is self.reference.role)
            menu.addSeparator()
            if self._has_sentence:
                menu.entry(_("Change the sentence…"), spoken("Return"), data="sentence")
        elif self._note.talk is not None:
            words = _("Continue the conversation")
            menu.entry(words, data="talk", checked=self._note.talk > 0)
            menu.addSeparator()
        outside = "" if self.reference.picture else _("Not a picture in the library")
        set_reason(menu.entry(_("Reveal in gallery"), data="show"), outside)
        menu.entry(_("Remove"), "Del", data="remove")
        menu.triggered.connect(self.on_triggered)
        return menu

    # --- slots ----------------------------------------------------------------------------

    def on_role_wanted(self) -> None:
        self.role_menu().open_above(self)

    def on_triggered(self, action: QAction) -> None:
        chosen = action.data()
        if chosen == "show":
            self.show_wanted.emit(self.place)
        elif chosen == "remove":
            self.remove_wanted.emit(self.place)
        elif chosen == "sentence":
            self.change_sentence()
        elif chosen == "talk":
            self.talk_chosen.emit(action.isChecked())
        else:
            self.role_chosen.emit(self.place, Role(chosen))

    def change_sentence(self) -> SentencePopover:
        """Open the field for its sentence."""
        popover = SentencePopover(self._note.sentence, self)
        popover.chosen.connect(self.on_sentence)
        popover.open_over(self)
        return popover

    def on_sentence(self, sentence: str | None) -> None:
        self.sentence_chosen.emit(self.place, sentence)

    def on_close(self) -> None:
        self.remove_wanted.emit(self.place)

    def on_picture_dropped(self, drag: Drag) -> None:
        self.replaced.emit(self.place, drag.contents)

    # --- painting -------------------------------------------------------------------------

    def _marks(self) -> str:
        """ "with 3 marks", "only here" or "in 2 formats", after the source's name; or ""."""
        n = self._note.marks
        # Translators: after the name of a picture.
        marks = ngettext("with {n} mark", "with {n} marks", n).format(n=number(n)) if n else ""
        # Translators: after the name of a picture, of which only a region may change.
        region = _("only here") if self._note.region else ""
        n = self._note.frames
        # Translators: after the name of a picture.
        formats = ngettext("in {n} format", "in {n} formats", n).format(n=number(n)) if n else ""
        return listed(filter(None, (marks, region, formats)))

    def words(self) -> tuple[str, str]:
        """Its two lines: role and remark, and name."""
        words = self._note.words or role_name(self.reference.role)
        if self._note.talk and not self._note.words:
            words = _("Editing, turn {n}").format(n=i18n.number(self._note.talk + 1))
        beside = self._note.beside or (self._note.sentence if self._with_sentence else "")
        if beside and not self._note.words:
            words = f"{words} · {beside}"
        return words, one_line(self.reference.name)

    def _words_width(self) -> int:
        look = theme()
        role, name = self.words()
        editing = self.reference.role is Role.EDIT
        first = QFontMetrics(look.font("micro", weight=600 if editing else 400))
        second = QFontMetrics(look.font("small", prose=True))
        width = min(WIDEST_NAME, max(first.horizontalAdvance(role), second.horizontalAdvance(name)))
        if marks := self._marks():
            width = max(width, self._name_width(second) + second.horizontalAdvance(f" {marks}"))
        return width

    def _name_width(self, metrics: QFontMetrics) -> int:
        """Width of the name when marks follow it."""
        return min(WIDEST_NAME, metrics.horizontalAdvance(self.words()[1]))

    def _thumb(self) -> QRect:
        if self._small:
            return self.rect().adjusted(1, 1, -1, -1)
        return placed(self, QRect(4, (self.height() - THUMB) // 2, THUMB, THUMB))

    def _place(self) -> None:
        side = self.close_button.height()
        top = (self.sizeHint().height() - side) // 2
        right = self.sizeHint().width() - side - 4
        around = QRect(0, 0, self.sizeHint().width(), side)
        for button, left in ((self.close_button, right), (self.role_button, right - side)):
            at = QRect(left, top, side, side)
            button.move((flipped(at, around) if self.isRightToLeft() else at).topLeft())

    @needs("close_button")
    def sizeHint(self) -> QSize:
        if self._small:
            return QSize(SMALL, SMALL)
        width = 4 + THUMB + 8 + self._words_width() + 4 + self.close_button.width() + 4
        if self._has_menu:
            width += self.role_button.width()
        return QSize(width, theme().height(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, editing = theme(), self.reference.role is Role.EDIT
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = self.area.inside
        thumb, edge = self._thumb(), 2.0 if target or (self._small and editing) else 1.0
        box = QRectF(self.rect()).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2)
        accent = editing or target
        painter.setPen(QPen(look.color("accent" if accent else "line2"), edge))
        painter.setBrush(look.color("tint" if editing else "raise"))
        if not self._small:
            painter.drawRoundedRect(box, 7, 7)
        if not self._note.sent:
            painter.setOpacity(0.4)
        paint_square(painter, self._pixmap, thumb)
        painter.setOpacity(1.0)
        if self._small:
            if accent:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(look.color("accent"), edge))
                painter.drawRoundedRect(box, 6, 6)
        else:
            self._paint_words(painter, 4 + THUMB + 8)
        painter.end()

    def _paint_words(self, painter: QPainter, left: int) -> None:
        look, editing = theme(), self.reference.role is Role.EDIT
        role, name = self.words()
        width = self._words_width()
        heights = look.line("micro"), look.line("small")
        top = (self.height() - sum(heights)) / 2
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(look.font("micro", weight=600 if editing else 400))
        quiet = "warn" if self._note.words else "ink" if editing else "text3"
        painter.setPen(look.color(quiet))
        text = elided(QFontMetrics(painter.font()), role, elide, width + 1)
        painter.drawText(placed(self, QRectF(left, top, width + 2, heights[0])), flags, text)
        painter.setFont(look.font("small", prose=True))
        painter.setPen(look.color("text" if self._note.sent else "text3"))
        metrics, marks = QFontMetrics(painter.font()), self._marks()
        room = self._name_width(metrics) if marks else width
        text = elided(metrics, name, elide, room + 1)
        line = placed(self, QRectF(left, top + heights[0], room + 2, heights[1]))
        painter.drawText(line, flags, text)
        if marks:
            left += metrics.horizontalAdvance(f"{text} ")
            painter.setPen(look.color("ink"))
            line = placed(self, QRectF(left, top + heights[0], width, heights[1]))
            painter.drawText(line, flags, marks)

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Escape and self._moving:
            self._give_up()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit(self.place)
        elif alt and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step_wanted.emit(self, -1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._has_sentence:
                self.change_sentence()
            else:
                self.show_wanted.emit(self.place)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Menu, Qt.Key.Key_Space):
            self.on_role_wanted()
        elif key == Qt.Key.Key_Left:
            self.focusPreviousChild()
        elif key == Qt.Key.Key_Right:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._moving = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = event.position().toPoint() - self._pressed
        if not self._moving and way.manhattanLength() >= QApplication.startDragDistance():
            self._moving = True
            self.raise_()
        if self._moving and self.reference.role is not Role.EDIT:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self, self.mapToParent(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place, pressed, moved = event.position().toPoint(), self._pressed, self._moving
        self._pressed, self._moving = None, False
        self.unsetCursor()
        if pressed is None:
            return
        if moved:
            self.dropped_at.emit(self, self.mapToParent(place))
        elif self._thumb().contains(place):
            self.show_wanted.emit(self.place)

    def _give_up(self) -> None:
        """Cancel the move; the mouse button may still be down."""
        if self._moving:
            self._pressed, self._moving = None, False
            self.unsetCursor()
            self.given_up.emit()

    @needs("_moving")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._give_up()

    @needs("_moving")
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._give_up()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.role_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())
