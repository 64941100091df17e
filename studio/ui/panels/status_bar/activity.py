"""Status bar: profile and key, queue, selection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.config.key_status import KeySource, KeyStatus
from studio.config.settings import OFFLINE
from studio.domain.entities import Job, JobState
from studio.ui.panels.status_bar.queue_popover import QueuePopover
from studio.ui.style.theme import HEIGHTS, theme
from studio.ui.support import key_names
from studio.ui.support.ports import QueueSource
from studio.ui.support.qt_overrides import needs
from studio.ui.support.row_width import RowWidth
from studio.ui.widgets.buttons import Button, PaintedButton, PressedByEnter
from studio.ui.widgets.plain_text import set_tip, set_words, with_key
from studio.ui.widgets.signs import Lamp, Spinner
from studio.ui.widgets.text import ElidedLabel

HEIGHT = HEIGHTS["status"]
RUNNING = (JobState.WAITING, JobState.RECEIVING, JobState.INGESTING)


_OTHER_ROOM = {QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest}
"""Events of a widget that needs another room than before."""


class QueueButton(PressedByEnter, QToolButton):
    """Text with an arrow; opens the queue."""


class StatusBar(QFrame):
    """Single line at the bottom of the window.

    Attributes:
        queue: the button with the queue's state; opens `popover`.
        popover: the list of jobs.
        recipe: the chip that names the recipe of drags out of the window.
        brush: the icon of the offline painter, which needs no key.
        link: unlocks the keyring or shows the keys; hidden while neither helps.
        source: facts of the queue besides its jobs.

    Signals:
        unlock_requested: unlock the keyring for this profile (str).
        keys_requested: the user wants to see the keys.
        cancel_requested: cancel a job (its id).
        cancel_all_requested: cancel all jobs.
        job_chosen: show a job (its id).
        move_requested: move a queued job (its id, "first", "earlier" or "later").
        pause_requested: pause or resume the queue.
        retry_requested: retry all failed jobs.
        recipe_requested: choose the recipe of drags.
    """

    unlock_requested = Signal(str)
    keys_requested = Signal()
    cancel_requested = Signal(str)
    cancel_all_requested = Signal()
    job_chosen = Signal(str)
    move_requested = Signal(str, str)
    pause_requested = Signal()
    retry_requested = Signal()
    recipe_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, source: QueueSource | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.setProperty("zone", "status")
        self.setAccessibleName(_("Status"))
        self.setFixedHeight(theme().height(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._jobs: tuple[Job, ...] = ()
        self._failed = 0
        self._paused = False
        self._profile = ""
        self._empty = False
        self._selected = (0, 0)
        self._mark = self._mark_advice = ""
        self._narrow = False
        self._originals = True
        self.popover: QueuePopover | None = None
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(6)
        self._lamp = Lamp(self)
        self.brush = QLabel(self)
        self._title = ElidedLabel("", "small", "text2", self)
        self._state = ElidedLabel("", "small", "text3", self)
        self.link = Button("", "link", self, size=26)
        self.link.setFixedHeight(theme().height(HEIGHT) - 2)
        self.link.clicked.connect(self.on_link)
        for part in (self._lamp, self.brush, self._title, self._state, self.link):
            row.addWidget(part)
        row.addSpacing(10)
        self._spinner = Spinner(self)
        self.queue = QueueButton(self)
        self.queue.setFixedHeight(theme().height(HEIGHT) - 4)
        self.queue.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.queue, _("Show the queue"))
        self.queue.clicked.connect(self.on_queue)
        row.addWidget(self._spinner)
        row.addSpacing(-2)
        row.addWidget(self.queue)
        row.addStretch(1)
        self._selection = ElidedLabel("", "small", "text2", self)
        self._advice = ElidedLabel("", "small", "text3", self)
        row.addWidget(self._selection)
        # The hint continues the sentence: a space between them, not a gap.
        row.addSpacing(-3)
        row.addWidget(self._advice)
        row.addSpacing(8)
        self.recipe = DragChip(self)
        self.recipe.clicked.connect(self.recipe_requested)
        row.addWidget(self.recipe)
        for part in (self._state, self._selection, self._advice):
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw_icons()
        theme().changed.connect(self._draw_icons)
        self.queue.hide()
        self._spinner.hide()
        self._show_key("", "", "", lamp="edge")
        self._show_right()

    # --- the key --------------------------------------------------------------------------

    def show_key(self, status: KeyStatus, title: str) -> None:
        """Show the active profile and the state of its key."""
        self._profile = status.profile
        if status.profile == OFFLINE:
            self._show_key(title, _("no key, no network needed"), "", lamp="")
        elif status.source is KeySource.ENVIRONMENT:
            self._show_key(title, _("key from environment"), "", lamp="ok")
        elif status.source is KeySource.SESSION:
            self._show_key(title, _("key for this session"), "", lamp="warn")
        elif status.saved:
            self._show_key(title, _("key in system keyring"), "", lamp="ok")
        elif status.locked:
            self._show_key(title, _("key locked:"), _("Unlock"), lamp="warn")
        else:
            self._show_key(title, _("no key:"), _("Key settings"), lamp="bad")
        set_tip(self._state, "" if status.profile == OFFLINE else status.sentence)

    def _show_key(self, title: str, state: str, link: str, *, lamp: str) -> None:
        self._lamp.setVisible(bool(lamp))
        self.brush.setVisible(not lamp)
        if lamp:
            self._lamp.show_role(lamp, hollow=lamp != "ok")
        self._title.setText(title)
        self._state.setText(state)
        self.link.setText(link)
        self.link.setVisible(bool(link))
        self._yield_room()

    # --- the queue ------------------------------------------------------------------------

    def show_jobs(self, jobs: Sequence[Job], *, paused: bool = False) -> None:
        """Show the number of running, waiting and failed jobs; other finished jobs are ignored."""
        self._jobs = tuple(job for job in jobs if job.alive)
        self._failed = sum(job.state is JobState.FAILED for job in jobs)
        self._paused = paused
        running = sum(job.state in RUNNING for job in self._jobs)
        words = queue_words(self._jobs, failed=self._failed, paused=paused)
        # Most events of a job change none of this.
        if words != self.queue.text() or (running > 0) is self._spinner.isHidden():
            self.queue.setText(words)
            self.queue.setVisible(bool(words))
            self._spinner.setVisible(running > 0)
            self._yield_room()
        if self.popover is not None and self.popover.isVisible():
            self._fill_popover(self.popover)
            if not words:
                self.popover.close_it()

    def _fill_popover(self, popover: QueuePopover) -> None:
        popover.show_jobs(self._jobs)
        popover.show_state(paused=self._paused, failed=self._failed)

    def on_queue(self) -> None:
        """Open or close the list of jobs."""
        if self.popover is None:
            self.popover = QueuePopover(self, self.source)
            self.popover.cancel_requested.connect(self.cancel_requested)
            self.popover.cancel_all_requested.connect(self.cancel_all_requested)
            self.popover.job_chosen.connect(self.job_chosen)
            self.popover.move_requested.connect(self.move_requested)
            self.popover.pause_requested.connect(self.pause_requested)
            self.popover.retry_requested.connect(self.retry_requested)
        if self.popover.isVisible():
            self.popover.close_it()
            return
        self._fill_popover(self.popover)
        self.popover.open_over(self.queue)

    def add_activity(self, part: QWidget) -> None:
        """Add a widget about other work after the queue; the others make room for it."""
        self._row.insertWidget(self._row.indexOf(self.queue) + 1, part)
        part.installEventFilter(self)

    @needs("recipe")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() in _OTHER_ROOM:
            self._yield_room()
        return False

    # --- the selection --------------------------------------------------------------------

    def show_selection(self, pictures: int, jobs: int) -> None:
        """Show the number of selected pictures and jobs."""
        if (pictures, jobs) != self._selected:
            self._selected = (pictures, jobs)
            self._show_right()

    def show_mark(self, words: str, advice: str = "") -> None:
        """Show the selected mark in place of the selection, such as "Mark 3 of 3"; "" for none.

        `advice` is the hint for its keys, if they differ from those of a mark.
        """
        self._mark = words
        self._mark_advice = advice or _("arrow keys move it, Del removes it")
        self._show_right()

    def show_recipe(self, title: str, *, originals: bool, progress: str = "") -> None:
        """Show the recipe of drags: the title of a preset, or the progress of its copies.

        `originals`: whether the original files are dragged.
        """
        # Translators: {recipe} is a preset for export, such as "Web JPEG 2048".
        self.recipe.show_words(progress or _("Drag as {recipe}").format(recipe=one_line(title)))
        if originals is not self._originals:
            self._originals = originals
            self._show_right()
        self._yield_room()

    @property
    def recipe_anchor(self) -> QWidget:
        """Widget above which the list of recipes opens: the chip, or the bar if that is hidden."""
        return self if self.recipe.isHidden() else self.recipe

    def show_empty(self, empty: bool) -> None:  # noqa: FBT001 as agreed
        """Show that there are no pictures yet."""
        if empty is not self._empty:
            self._empty = empty
            self._show_right()

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 as agreed
        """Hide the hint in a narrow window."""
        if narrow is not self._narrow:
            self._narrow = narrow
            self._show_right()

    def _show_right(self) -> None:
        pictures, jobs = self._selected
        count = pictures + jobs
        words = ""
        if count:
            words = ngettext("{n} selected", "{n} selected", count).format(n=number(count))
        advice = ""
        if pictures and not self._narrow and self._originals:
            advice = "· " + ngettext(
                "drag it anywhere to save the original",
                "drag them anywhere to save the originals",
                pictures,
            )
        elif self._empty and not words:
            advice = _("The library is empty")
        if self._mark:
            words = self._mark
            advice = "" if self._narrow else f"· {self._mark_advice}"
        self._selection.setText(words)
        self._advice.setText(advice)
        self._selection.setVisible(bool(words))
        self._yield_room()

    def _yield_room(self) -> None:
        """Leave out the hint, the words of the chip, the state of the key, then the chip.

        No text is elided except the provider's name, which the user chose.
        """
        self.recipe.set_compact(compact=False)
        optional = (self._state, self._advice, self.recipe)
        width, room = RowWidth(self._row), self.width()
        left_out = width.hidden().difference(optional)
        left_out |= {part for part in (self._state, self._advice) if not part.text()}
        if width.without(left_out) > room:
            left_out.add(self._advice)
        if width.without(left_out) > room:
            self.recipe.set_compact(compact=True)
            width = RowWidth(self._row)
        if width.without(left_out) > room and self.link.isHidden():
            # "key locked:" belongs to the link after it.
            left_out.add(self._state)
        if width.without(left_out) > room:
            left_out.add(self.recipe)
        for part in optional:
            if part.isHidden() != (part in left_out):
                part.setVisible(part not in left_out)
        # Lay out now: the parts are still placed for the previous width.
        self._row.activate()

    def on_link(self) -> None:
        """Unlock the keyring, or show the keys."""
        if self.link.text() == _("Unlock"):
            self.unlock_requested.emit(self._profile)
        else:
            self.keys_requested.emit()

    @needs("recipe")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._yield_room()

    def _draw_icons(self) -> None:
        dpr = self.devicePixelRatioF()
        self.brush.setPixmap(theme().pixmap("brush", "text2", 14, dpr))


class DragChip(PaintedButton):
    """Chip with the recipe of drags out of the window; opens the list of recipes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._compact = False
        self.setFixedHeight(theme().height(HEIGHT) - 6)
        self.show_words(_("Drag as {recipe}").format(recipe=_("Originals")))

    def show_words(self, words: str) -> None:
        """Show these words, also to screen readers."""
        set_words(self, words)
        self.setAccessibleName(words)
        self._show_tip()
        self.updateGeometry()
        self.update()

    def set_compact(self, *, compact: bool) -> None:
        """Show the words, or move them to the tool tip."""
        if compact is not self._compact:
            self._compact = compact
            self._show_tip()
            self.updateGeometry()
            self.update()

    def _show_tip(self) -> None:
        key = key_names.spoken(key_names.current("Ctrl+D"))
        about = with_key(_("Format of dragged and copied pictures"), key)
        set_tip(self, f"{self.text()}\n{about}" if self._compact else about)

    @needs("_compact")
    def sizeHint(self) -> QSize:
        wide = 0
        if not self._compact:
            wide = QFontMetrics(theme().font("small")).horizontalAdvance(self.text()) + 4
        return QSize(6 + 12 + 4 + wide + 12 + 6, theme().height(HEIGHT) - 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, dpr = theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color("hover" if self.underMouse() else "panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        top = (self.height() - 12) // 2
        painter.drawPixmap(6, top, look.pixmap("drag", "text3", 12, dpr))
        painter.drawPixmap(self.width() - 18, top, look.pixmap("up", "text3", 12, dpr))
        if not self._compact:
            painter.setFont(look.font("small"))
            painter.setPen(look.color("text"))
            box = QRectF(22, 0, self.width() - 44, self.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()


def queue_words(jobs: Sequence[Job], *, failed: int = 0, paused: bool = False) -> str:
    """Summary of the queue: "2 running, 1 late, 1 waiting to retry, 4 queued, paused"."""
    late = sum(job.late for job in jobs if job.state in RUNNING)
    running = sum(job.state in RUNNING for job in jobs) - late
    retrying = sum(job.state is JobState.RETRYING for job in jobs)
    queued = sum(job.state is JobState.QUEUED for job in jobs)
    parts = []
    if running:
        parts.append(ngettext("{n} running", "{n} running", running).format(n=number(running)))
    if late:
        parts.append(ngettext("{n} late", "{n} late", late).format(n=number(late)))
    if retrying:
        words = ngettext("{n} waiting to retry", "{n} waiting to retry", retrying)
        parts.append(words.format(n=number(retrying)))
    if queued:
        parts.append(ngettext("{n} queued", "{n} queued", queued).format(n=number(queued)))
    if failed:
        parts.append(ngettext("{n} failed", "{n} failed", failed).format(n=number(failed)))
    if paused:
        parts.append(_("paused") if parts else _("Queue paused"))
    return listed(parts)
