"""A job in the inspector: what it is doing, or what went wrong and what helps."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.entities import Job
from studio.ui.panels.inspector import job_words
from studio.ui.panels.inspector.fact_table import FactTable
from studio.ui.panels.inspector.job_words import JobDescription
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import clipboard
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets import Button, ElidedLabel, Text
from studio.ui.widgets.marked_text import MarkedText


class JobPage(QWidget):
    """Tells of one job; counts on by itself while it runs.

    Signals:
        action: the action that was pressed and the job.
        copied: the details were put on the clipboard.
    """

    action = Signal(str, object)
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._usual: float | None = None
        self._account: JobDescription | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self.on_tick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        column.addWidget(self._make_answer())
        column.addWidget(self._make_prompt())
        column.addWidget(self._make_details())
        column.addStretch(1)

    def _make_head(self) -> InspectorSection:
        head = InspectorSection("", self)
        head.set_line(line=False)
        self.name = ElidedLabel("", "title", "text", head, prose=True)
        line = QHBoxLayout()
        line.setSpacing(6)
        self._icon = QLabel(head)
        self._icon.setFixedSize(QSize(16, theme().line("small")))
        self.head = Text("", "small", "text", head, weight=600, wrap=True)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.head, 1)
        self.message = MarkedText(_("What happened"), head, kind="small", line=17)
        self.hint = Text("", "small", "text2", head, wrap=True)
        bill = QHBoxLayout()
        bill.setSpacing(6)
        self._coin = QLabel(head)
        self._coin.setFixedSize(QSize(14, theme().line("small")))
        self.bill = Text("", "small", "text2", head, wrap=True)
        bill.addWidget(self._coin, 0, Qt.AlignmentFlag.AlignTop)
        bill.addWidget(self.bill, 1)
        self._buttons = QVBoxLayout()
        self._buttons.setSpacing(6)
        head.body.setSpacing(8)
        for part in (self.name, line, self.message, self.hint, bill, self._buttons):
            if isinstance(part, QWidget):
                head.body.addWidget(part)
            else:
                head.body.addLayout(part)
        return head

    def _make_answer(self) -> InspectorSection:
        self._answer = InspectorSection(_("Model reply"), self)
        self.answer = MarkedText(_("Model reply"), self._answer)
        self._answer.body.addWidget(self.answer)
        return self._answer

    def _make_prompt(self) -> InspectorSection:
        self._prompt = InspectorSection(_("Prompt"), self)
        self.prompt = MarkedText(_("Job prompt"), self._prompt)
        self._prompt.body.addWidget(self.prompt)
        return self._prompt

    def _make_details(self) -> InspectorSection:
        details = InspectorSection(_("Details"), self)
        self.facts = FactTable(_("Details"), details)
        self.copy = Button(_("Copy details"), "", details, size=26, icon="copy")
        self.copy.clicked.connect(self.on_copy)
        details.body.addWidget(self.facts)
        details.body.addSpacing(12)
        details.body.addWidget(self.copy)
        return details

    @property
    def job(self) -> Job | None:
        """The job it tells of."""
        return self._job

    def set_job(self, job: Job, *, usual: float | None = None) -> None:
        """Tell of this job as it stands now."""
        self._job, self._usual = job, usual
        self.name.setText(job.name or job.request.prompt)
        self.prompt.set_words(job.request.prompt)
        self._prompt.setVisible(bool(job.request.prompt))
        self._update_account()

    def on_tick(self) -> None:
        """A second has passed."""
        self._update_account()

    def _update_account(self) -> None:
        if self._job is None:
            return
        told = job_words.account(self._job, time.time(), usual=self._usual)
        known, self._account = self._account, told
        if told != known:
            self._show(told, offers_changed=known is None or known.offers != told.offers)
        if told.ticks and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()

    def _show(self, told: JobDescription, *, offers_changed: bool) -> None:
        self.head.setText(told.head)
        self._icon.setVisible(bool(told.icon))
        if told.icon:
            theme().show_icon(self._icon, told.icon, told.role)
        self.message.set_words(told.message)
        self.message.setVisible(bool(told.message))
        self.hint.setText(told.hint)
        self.hint.setVisible(bool(told.hint))
        self.bill.setText(told.bill)
        for part in (self.bill, self._coin):
            part.setVisible(bool(told.bill))
        theme().show_icon(self._coin, "coin", "warn" if told.doubt else "text2", 14)
        self._answer.setVisible(bool(told.answer))
        self.answer.set_words(told.answer)
        self.facts.set_facts(told.facts)
        self.copy.setVisible(self._job is not None and not self._job.alive)
        if offers_changed:
            self._make_buttons(told)

    def _make_buttons(self, told: JobDescription) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for offer in told.offers:
            if offer.action == "read_answer":
                continue  # it stands below, in full
            button = Button(offer.label, "", self)
            button.setProperty("action", offer.action)
            button.clicked.connect(self.on_pressed)
            self._buttons.addWidget(button)

    def on_pressed(self) -> None:
        """One of the actions that help."""
        button = self.sender()
        if button is not None and self._job is not None:
            self.action.emit(str(button.property("action")), self._job)

    def on_copy(self) -> None:
        """Put everything about the failure on the clipboard."""
        if self._job is not None:
            clipboard.put_text(job_words.copied(self._job), self.copied.emit)

    # --- Qt -------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._update_account()

    @needs("_clock")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
