"""What the core tells, shown by those whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.domain.entities import Job, JobState
from studio.domain.events import (
    Event,
    JobChanged,
    KeyChanged,
    News,
    Progress,
    RecordsChanged,
    SettingsChanged,
    Trouble,
)
from studio.library.query import Sort, View

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow


class Hearing(QObject):
    """Listens for one window."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self._failed_new: set[str] = set()

    def hear(self, event: Event) -> None:
        """Show what happened."""
        window = self._window
        window.browsing.hear(event)
        window.shelving.hear(event)
        window.notifier.hear(event)
        if isinstance(event, JobChanged):
            self._hear_job(event.job)
        elif isinstance(event, RecordsChanged):
            self._hear_records(event)
        elif isinstance(event, KeyChanged):
            self.show_key()
            window.composer.refresh_keys()
        elif isinstance(event, SettingsChanged):
            self.show_settings()
        elif isinstance(event, Progress):
            from studio.ui.controllers import change_progress

            change_progress.hear(window, event)
        elif isinstance(event, Trouble):
            window.talking.on_error(event.error)
        elif isinstance(event, News):
            window.talking.on_news(event)
        self._show_jobs()

    def _hear_records(self, event: RecordsChanged) -> None:
        window = self._window
        if {"path", "missing"}.intersection(event.fields):
            window.gallery.thumbnails.forget(event.ids)
        window.inspector.refresh(event.ids)
        if window.made_loupe is not None:
            window.made_loupe.refresh(event.ids)

    def _hear_job(self, job: Job) -> None:
        # By id: a job that is tried again is no longer failed, and fails once however often.
        window, before = self._window, len(self._failed_new)
        if job.state is not JobState.FAILED:
            self._failed_new.discard(job.id)
        elif window.browsing.query.view is not View.FAILED:
            self._failed_new.add(job.id)
        if len(self._failed_new) != before:
            self._show_failed_new()
        items = window.gallery.selected_items()
        if len(items) == 1 and isinstance(items[0], Job) and items[0].id == job.id:
            window.inspector.show_job(job)

    def _show_failed_new(self) -> None:
        for side in (self._window.sidebar, self._window.rail):
            side.set_failed_new(len(self._failed_new))

    def on_failures_seen(self) -> None:
        """The shelf of failures is shown: none of them is new any more."""
        self._failed_new.clear()
        self._show_failed_new()

    def _show_jobs(self) -> None:
        window, queue = self._window, self._window.core.queue
        jobs = list(queue.jobs.values())
        window.status_bar.show_jobs(jobs, paused=queue.paused)
        window.actions_of.every["pause_queue"].setChecked(queue.paused)
        if window.made_loupe is not None:
            window.made_loupe.set_jobs([job for job in jobs if job.alive])
        window.choose_page()

    def show_key(self) -> None:
        """Tell in the status bar who makes the pictures and with which key."""
        window, core = self._window, self._window.core
        name = core.default_profile
        window.status_bar.show_key(core.keys.status(name), core.profile(name).title)
        if window.made_welcome is not None:
            window.made_welcome.show_profile(name)

    def show_settings(self) -> None:
        """Be as the settings say."""
        window = self._window
        value = window.core.settings.value
        window.gallery.set_tile_size(value.tile)
        window.gallery.set_captions(value.captions)
        window.grid_bar.set_tile_size(value.tile)
        window.grid_bar.set_captions(value.captions)
        window.grid_bar.set_hide_rejected(value.hide_rejected)
        sort = Sort(value.sort) if value.sort in set(Sort) else Sort.NEWEST
        window.grid_bar.set_sort(sort)
        window.actions_of.every["captions"].setChecked(value.captions)
        window.actions_of.every["hide_rejected"].setChecked(value.hide_rejected)
        window.browsing.show(sort=sort, hide_rejected=value.hide_rejected)
        self.show_key()
