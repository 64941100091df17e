"""Foot of the export dialog: progress of the exports, and its two large buttons."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from studio.app.export.runner import ExportQueue, ExportRun, ExportState
from studio.common.i18n import _, listed, ngettext, number
from studio.domain.export import title_of
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.layout_direction import margins
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.plain_text import describe
from studio.ui.widgets.signs import Spinner
from studio.ui.widgets.text import ElidedLabel, Text

_HEIGHT = 56
_ENOUGH = 4
"""Copies after which the remaining time is estimated."""

_TOLD = 10
"""Percentage points between announcements of the progress."""


def ended_words(run: ExportRun) -> str:
    """Result of an export: "88 pictures, 61 MB"."""
    n = len(run.written)
    # Translators: {size} is an amount of data.
    words = ngettext("{n} picture, {size}", "{n} pictures, {size}", n)
    parts = [words.format(n=number(n), size=formatting.megabytes(run.bytes))]
    if run.skipped:
        skipped = len(run.skipped)
        parts.append(ngettext("{n} skipped", "{n} skipped", skipped).format(n=number(skipped)))
    if run.failed:
        failed = len(run.failed)
        words = ngettext("{n} not exported", "{n} not exported", failed)
        parts.append(words.format(n=number(failed)))
    return listed(parts)


class ExportFoot(QFrame):
    """Progress of the export shown, the next export, and two large buttons.

    Attributes:
        export, close_button: the large buttons.
        stop: stops or resumes the export shown.
        show_folder: opens the folder of a finished export.
        words: text about the export shown.
        bar: its progress.
        next: another export, which waits or was stopped.
        resume: resumes that one.
        drop: cancels that one.

    Signals:
        stop_wanted, resume_wanted, folder_wanted, drop_wanted: act on an export (ExportRun).
    """

    stop_wanted = Signal(object)
    resume_wanted = Signal(object)
    folder_wanted = Signal(object)
    drop_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("zone", "section")
        self.setFixedHeight(theme().height(_HEIGHT))
        self.run: ExportRun | None = None
        self._other: ExportRun | None = None
        self._began: tuple[ExportRun, float, int] | None = None
        self._told: tuple[ExportRun, int] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 18, 0, 14, 0))
        row.setSpacing(10)
        self._spinner = Spinner(self)
        row.addWidget(self._spinner)
        self._title = ElidedLabel("", "small", "text", self, prose=True)
        row.addWidget(self._title)
        self.words = ElidedLabel("", "small", "text3", self)
        row.addWidget(self.words)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(150)
        self.bar.setAccessibleName(_("Progress of the export"))
        row.addWidget(self.bar)
        self._left = Text("", "small", "text3", self)
        row.addWidget(self._left)
        self.stop = Button("", parent=self, size=26)
        self.stop.clicked.connect(self.on_stop)
        row.addWidget(self.stop)
        self.show_folder = Button(_("Show in folder"), "link", self, size=26)
        self.show_folder.clicked.connect(self.on_show_folder)
        row.addWidget(self.show_folder)
        self.next = ElidedLabel("", "small", "text3", self, prose=True)
        row.addWidget(self.next)
        self.resume = Button(_("Resume"), "link", self, size=26)
        self.resume.clicked.connect(self.on_resume)
        row.addWidget(self.resume)
        self.drop = IconButton("close", "", parent=self, size=24)
        self.drop.clicked.connect(self.on_drop)
        row.addWidget(self.drop)
        row.addStretch(1)
        self.close_button = Button(_("Close"), parent=self, size=32)
        row.addWidget(self.close_button)
        self.export = Button(_("Export"), "primary", self, size=32)
        row.addWidget(self.export)
        self.show_run(None, ())

    def show_preparing(self, done: int, total: int) -> None:
        """Show that the files of an export are read before it begins."""
        self.run = None
        self._show_parts(spinner=True, bar=True)
        self._title.setText("")
        self.words.setText(
            _("Preparing {n} of {total}").format(n=number(done), total=number(total))
        )
        self._set_bar(done, total)

    def show_run(self, run: ExportRun | None, others: tuple[ExportRun, ...]) -> None:
        """Show an export, and the first of the others, which wait or were stopped.

        None for no export.
        """
        self.run = run
        self._show_others(others)
        if run is None:
            self._show_parts()
            return
        self._title.setText(title_of(run.plan.preset))
        match run.state:
            case ExportState.DONE:
                self._show_parts(title=True, folder=bool(run.written))
                self.words.setText(ended_words(run))
            case ExportState.STOPPED:
                self._show_parts(title=True, stop=True)
                self.stop.setText(_("Resume"))
                self.words.setText(_("stopped, {done} of {total}").format(**_numbers(run)))
            case _:
                self._show_parts(title=True, spinner=True, bar=True, stop=True)
                self.stop.setText(_("Stop"))
                self.words.setText(_("{done} of {total}").format(**_numbers(run)))
                self._set_bar(run.finished, run.total)
                self._left.setText(self._time_left(run))
        self._tell(run)

    def _show_others(self, others: tuple[ExportRun, ...]) -> None:
        self._other = other = others[0] if others else None
        self.next.setVisible(other is not None)
        self.drop.setVisible(other is not None)
        self.resume.setVisible(other is not None and other.stopped)
        if other is None:
            return
        title = title_of(other.plan.preset)
        if other.stopped:
            stopped = _("stopped, {done} of {total}").format(**_numbers(other))
            # Translators: {name} is what was made, such as "Contact sheet".
            words = _("{name}: {what}").format(name=title, what=stopped)
            describe(self.resume, words)
        else:
            # Translators: {name} is a preset of the export that begins after the current one.
            words = _("then {name}").format(name=title)
        if len(others) > 1:
            more = len(others) - 1
            rest = ngettext("{n} more", "{n} more", more).format(n=number(more))
            words = listed((words, rest))
        self.next.setText(words)
        # Translators: {name} is a preset of an export that waits.
        self.drop.set_name(_("Cancel the export {name}").format(name=title))

    def _show_parts(
        self,
        *,
        title: bool = False,
        spinner: bool = False,
        bar: bool = False,
        stop: bool = False,
        folder: bool = False,
    ) -> None:
        self._title.setVisible(title)
        self._spinner.setVisible(spinner)
        self.bar.setVisible(bar)
        self._left.setVisible(bar)
        self.stop.setVisible(stop)
        self.show_folder.setVisible(folder)
        self.words.setVisible(title or bar)
        self._left.setText("")

    def _set_bar(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)

    def _time_left(self, run: ExportRun) -> str:
        """The estimated remaining time; "" while too little is known."""
        now = time.monotonic()
        if self._began is None or self._began[0] is not run:
            self._began = run, now, run.finished
        _run, began, before = self._began
        done = run.finished - before
        if done < _ENOUGH or now - began < 1:
            return ""
        rest = (run.total - run.finished) * (now - began) / done
        # Translators: {time} is minutes and seconds, such as "0:38".
        return _("{time} left").format(time=formatting.clock(rest + 0.5))

    def _tell(self, run: ExportRun) -> None:
        """Announce the progress every ten per cent, and the end."""
        if run.state is ExportState.RUNNING:
            step = run.finished * 100 // max(1, run.total) // _TOLD
            if self._told is None or self._told[0] is not run:
                self._told = run, step
            elif step > self._told[1]:
                self._told = run, step
                announce(self, _("Exported {done} of {total}").format(**_numbers(run)))
        elif run.state is ExportState.DONE and self._told is not None and self._told[0] is run:
            self._told = None
            announce(self, ended_words(run))

    # --- slots ----------------------------------------------------------------------------

    def on_stop(self) -> None:
        """Stop the export shown, or resume it."""
        if self.run is None:
            return
        wanted = self.resume_wanted if self.run.stopped else self.stop_wanted
        wanted.emit(self.run)

    def on_show_folder(self) -> None:
        if self.run is not None:
            self.folder_wanted.emit(self.run)

    def on_resume(self) -> None:
        """Resume the other export."""
        if self._other is not None:
            self.resume_wanted.emit(self._other)

    def on_drop(self) -> None:
        """Cancel the other export."""
        if self._other is not None:
            self.drop_wanted.emit(self._other)


def _numbers(run: ExportRun) -> dict[str, str]:
    return {"done": number(run.finished), "total": number(run.total)}


def others_than(queue: ExportQueue, run: ExportRun | None) -> tuple[ExportRun, ...]:
    """Waiting exports, then those that can be resumed; without `run`, the one shown."""
    waiting = (one for one in queue.active if one.state is ExportState.WAITING)
    return tuple(one for one in (*waiting, *queue.stopped) if one is not run)
