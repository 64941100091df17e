"""Selection of a run's first picture, so that the next step needs no click."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.entities import Job
from studio.domain.runs import Run
from studio.ui.support.ports import Navigation
from studio.ui.views.gallery.model import Key
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window import layout

Chosen = tuple[int, tuple[Key, ...]]
"""Number of selected tiles, and the first of them."""


class NewestRun(QObject):
    """Selects the first picture of the run that was started last.

    Once for each run, and only while the user has selected nothing else since and is not busy with
    the picture in the inspector. The grid is not scrolled.
    """

    def __init__(
        self, gallery: GalleryView, navigation: Navigation, inspector: QWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._navigation = navigation
        self._inspector = inspector
        self._run = ""
        self._before: Chosen = (0, ())

    def on_run_started(self, run: Run) -> None:
        """Wait for the first picture of this run instead of an earlier one."""
        self._run, self._before = run.id, self._chosen()

    def on_picture_arrived(self, job: Job, row: int) -> None:
        """Select the picture with this index row if it is the awaited one."""
        if job.run != self._run:
            return
        self._run = ""
        if self._chosen() == self._before and not self._busy():
            self._gallery.select_in_place(row)

    def _chosen(self) -> Chosen:
        return self._gallery.selected_count(), self._gallery.selection.keys()

    def _busy(self) -> bool:
        """Whether another selection would interrupt the user."""
        return (
            self._navigation.large is not None
            or QApplication.activePopupWidget() is not None
            or QApplication.activeModalWidget() is not None
            or layout.inside(QApplication.focusWidget(), self._inspector)
        )
