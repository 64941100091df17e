"""Job page of the inspector: request, progress, or failure."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.common.i18n import _, number
from studio.domain.entities import Job, JobState
from studio.ui.panels.inspector.fact_table import FactTable
from studio.ui.panels.inspector.facts import FactRow
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.support import clipboard, formatting, job_outcome, tile_content
from studio.ui.support.job_outcome import TileButton
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.text import ElidedLabel, Text

_ROLES = {"calm": "text2", "bad": "bad", "warn": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDescription:
    """Text for a job.

    Attributes:
        head: activity or result, with its `icon` and `role`.
        message, hint: sentences below.
        bill: whether it cost money; `doubt` if unknown.
        answer: text answer of the model.
        offers: helpful actions, the best first.
        ticks: whether the text counts seconds.
    """

    head: str
    icon: str = ""
    role: str = "text"
    message: str = ""
    hint: str = ""
    bill: str = ""
    doubt: bool = False
    answer: str = ""
    offers: tuple[TileButton, ...] = ()
    facts: tuple[FactRow, ...] = ()
    ticks: bool = False


def account(job: Job, now: float) -> JobDescription:
    """Describe a job."""
    facts = tuple(_facts(job))
    if job.alive or job.state is JobState.DONE:
        tile = tile_content.describe(job, now)
        words = [word for word in (tile.big, tile.line) if word]
        offers = tile.offers
        if tile.cancel:
            offers = (*offers, TileButton("cancel", _("Cancel")))
        return JobDescription(
            head=" · ".join(words),
            message=tile.note,
            hint=tile.cancel_note if tile.cancel else "",
            offers=offers,
            facts=facts,
            ticks=tile.ticks,
        )
    end, failure = job_outcome.end_of(job, now), job.failure
    return JobDescription(
        head=end.head,
        icon=end.icon,
        role=_ROLES[end.tone],
        message=failure.message if failure else "",
        hint=failure.hint if failure else "",
        bill=end.bill,
        doubt=end.doubt,
        answer=failure.words if failure else "",
        offers=end.offers,
        facts=facts,
    )


def copied(job: Job) -> str:
    """Text for "Copy details": everything needed for support."""
    failure = job.failure
    end = job_outcome.end_of(job)
    lines = [end.head]
    if failure is not None:
        lines += [failure.message, failure.hint]
    lines += [end.bill, ""]
    lines += [f"{fact.label}: {fact.value}" for fact in _facts(job)]
    # Translators: {id} is the id of a job.
    lines.append(_("Job: {id}").format(id=job.id))
    if failure is not None and failure.details:
        lines += ["", failure.details]
    return "\n".join(lines).strip() + "\n"


def _facts(job: Job) -> list[FactRow]:
    request = job.request
    facts = [FactRow(label=_("Model"), value=request.model)]
    asked = [str(part) for part in (request.aspect, request.size) if part]
    if asked:
        facts.append(FactRow(label=_("Requested"), value=" · ".join(asked)))
    if request.seed is not None:
        facts.append(FactRow(label=_("Seed"), value=str(request.seed)))
    if job.attempt > 1 or job.state is JobState.RETRYING:
        facts.append(
            FactRow(
                label=_("Attempt"),
                value=_("{n} of {all}").format(n=number(job.attempt), all=number(job.attempts)),
            )
        )
    if job.finished is not None:
        facts.append(FactRow(label=_("Finished"), value=formatting.when(job.finished)))
    elif job.started is not None:
        facts.append(FactRow(label=_("Sent"), value=formatting.when(job.started)))
    if job.failure is not None and job.failure.retry_at is not None:
        at = formatting.moment(job.failure.retry_at)
        facts.append(FactRow(label=_("Retry"), value=_("after {time}").format(time=at)))
    if job.failure is not None and job.failure.request_id:
        facts.append(FactRow(label=_("Request"), value=job.failure.request_id))
    if job.alive and job.estimate_usd:
        price = "≈ " + formatting.money(job.estimate_usd, fine=True)
        facts.append(FactRow(label=_("Cost"), value=price))
    return facts


class JobPage(QWidget):
    """Page of one job; updates by itself while the job runs.

    Signals:
        action: the pressed action and the job.
        copied: the details are on the clipboard.
    """

    action = Signal(str, object)
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._account: JobDescription | None = None
        self._clock = QTimer(self, interval=1000)
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
        return self._job

    def set_job(self, job: Job) -> None:
        """Show the current state of a job."""
        self._job = job
        self.name.setText(job.name or job.request.prompt)
        self.prompt.set_words(job.request.prompt)
        self._prompt.setVisible(bool(job.request.prompt))
        self._update_account()

    def on_tick(self) -> None:
        self._update_account()

    def _update_account(self) -> None:
        if self._job is None:
            return
        told = account(self._job, time.time())
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
                continue  # shown in full below
            button = Button(offer.label, "", self)
            button.setProperty("action", offer.action)
            button.clicked.connect(self.on_pressed)
            self._buttons.addWidget(button)

    def on_pressed(self) -> None:
        button = self.sender()
        if button is not None and self._job is not None:
            self.action.emit(str(button.property("action")), self._job)

    def on_copy(self) -> None:
        """Copy the details of the failure."""
        if self._job is not None:
            clipboard.put_text(copied(self._job), self.copied.emit)

    # --- Qt -------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._update_account()

    @needs("_clock")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
