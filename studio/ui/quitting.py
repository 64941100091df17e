"""The question before the window closes while pictures are being made."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.domain import Job, JobState
from studio.settings import OFFLINE
from studio.ui.controls import Button, Text
from studio.words import _, ngettext


class Quitting(QDialog):
    """Asks whether to stay; accepted means quit all the same."""

    def __init__(self, alive: Sequence[Job], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Quit Gridbrush?"))
        self.setMinimumWidth(440)
        n = len(alive)
        title = ngettext(
            "{n} picture is still being made", "{n} pictures are still being made", n
        ).format(n=n)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(Text(title, "title", weight=600, wrap=True))
        column.addWidget(Text(_consequence(alive), "body", "text2", wrap=True))
        row = QHBoxLayout()
        row.setContentsMargins(0, 16, 0, 0)
        row.setSpacing(6)
        row.addStretch(1)
        leave = Button(_("Quit anyway"), size=32)
        stay = Button(_("Keep working"), "primary", size=32)
        leave.clicked.connect(self.accept)
        # Enter presses the button that has the keyboard, and without one the safe one.
        for button in (leave, stay):
            button.setAutoDefault(True)
        stay.clicked.connect(self.reject)
        stay.setDefault(True)
        row.addWidget(leave)
        row.addWidget(stay)
        column.addLayout(row)
        stay.setFocus()


def _consequence(alive: Sequence[Job]) -> str:
    sent = [job for job in alive if job.state not in (JobState.QUEUED, JobState.RETRYING)]
    paid = [job for job in sent if job.request.profile != OFFLINE]
    if paid:
        return ngettext(
            "{n} was sent and may have been billed. If you quit now its answer is lost.",
            "{n} were sent and may have been billed. If you quit now their answers are lost.",
            len(paid),
        ).format(n=len(paid))
    return _("Nothing was billed. What was not sent comes back as “Not sent” at the next start.")
