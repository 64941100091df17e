"""Routes core events to the parts of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.domain.drafts import Draft
from studio.domain.entities import Job, JobState
from studio.domain.events import (
    Event,
    InfoPosted,
    JobChanged,
    KeyChanged,
    ProblemOccurred,
    RecordsChanged,
    SettingsChanged,
)
from studio.library.query import View
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages, ShownPictures
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.accessible import is_heard, set_second_voice
from studio.ui.window.actions import Actions

if TYPE_CHECKING:
    from studio.ui.controllers.live_messages import LiveMessages
    from studio.ui.views.compare import CompareView
    from studio.ui.views.duel import DuelView
    from studio.ui.views.loupe import Loupe
    from studio.ui.views.pick import PickView
    from studio.ui.views.tree import TreeView
    from studio.ui.views.welcome import Welcome


class EventRouter(QObject):
    """Event listener of one window.

    Signals:
        settings_changed: settings changed.
        keys_changed: a key was added or removed.
        jobs_shown: the queue's jobs were updated.
    """

    settings_changed = Signal()
    keys_changed = Signal()
    jobs_shown = Signal()

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        messages: Messages,
        *,
        first: Sequence[Callable[[Event], None]],
        gallery: GalleryView,
        loupe: Late[Loupe],
        compare: Late[CompareView],
        pick: Late[PickView],
        duel: Late[DuelView],
        tree: Late[TreeView],
        welcome: Late[Welcome],
        inspector: Inspector,
        places: SidebarModel,
        status_bar: StatusBar,
        live_messages: Late[LiveMessages],
        actions: Actions,
        parent: QObject,
    ) -> None:
        """`first`: called with every event, in this order, before the parts updated here."""
        super().__init__(parent)
        self._core = core
        self._shown = shown
        self._messages = messages
        self._first = first
        self._gallery = gallery
        self._large_views = (loupe, compare, pick, duel, tree)
        self._welcome = welcome
        self._inspector = inspector
        self._places = places
        self._status_bar = status_bar
        self._live = live_messages
        self._actions = actions
        self._failed_new: set[str] = set()
        set_second_voice(self.on_announced)
        self.destroyed.connect(lambda: set_second_voice(None))

    def on_core_event(self, event: Event) -> None:
        """Pass an event on to the parts that show it."""
        for hear in self._first:
            hear(event)
        if is_heard():
            self._live.get().on_core_event(event)
        if isinstance(event, JobChanged):
            self._hear_job(event.job)
        elif isinstance(event, RecordsChanged):
            self._hear_records(event)
        elif isinstance(event, KeyChanged):
            self.show_key()
            self.keys_changed.emit()
        elif isinstance(event, SettingsChanged):
            self.settings_changed.emit()
            self.show_key()
        elif isinstance(event, ProblemOccurred):
            self._messages.on_problem(event.error)
        elif isinstance(event, InfoPosted):
            self._messages.on_news(event)
        self._show_jobs()

    def _hear_records(self, event: RecordsChanged) -> None:
        if {"path", "missing"}.intersection(event.fields):
            self._gallery.thumbnails.refetch_thumbnails(event.ids)
        self._inspector.refresh(event.ids)
        for view in self._large_views:
            if view.made is not None:
                view.made.refresh(event.ids)

    def _hear_job(self, job: Job) -> None:
        # A set of ids: a retry removes its job, and repeated failures of a job count once.
        before = len(self._failed_new)
        if job.state is not JobState.FAILED:
            self._failed_new.discard(job.id)
        elif self._shown.query.view is not View.FAILED:
            self._failed_new.add(job.id)
        if len(self._failed_new) != before:
            self._show_failed_new()
        items = self._gallery.selected_items()
        if len(items) == 1 and isinstance(items[0], Job) and items[0].id == job.id:
            self._inspector.show_job(job)

    def _show_failed_new(self) -> None:
        self._places.set_failed_new(len(self._failed_new))

    def on_failures_seen(self) -> None:
        """Clear the badge: the shelf of failures is open."""
        self._failed_new.clear()
        self._show_failed_new()

    def _show_jobs(self) -> None:
        queue = self._core.queue
        jobs = list(queue.jobs.values())
        self._status_bar.show_jobs(jobs, paused=queue.paused)
        self._actions.every["pause_queue"].setChecked(queue.paused)
        alive = [job for job in jobs if job.alive]
        for view in self._large_views:
            if view.made is not None:
                view.made.set_jobs(alive)
        self.jobs_shown.emit()

    def on_marked(self, sentence: str) -> None:
        """Announce a change that only the tiles show."""
        if is_heard():
            self._live.get().say_change(sentence)

    def on_draft_stepped(self, before: Draft, after: Draft, step: str) -> None:
        """Announce pictures added to the draft or removed, and any undo or redo in it."""
        if is_heard():
            self._live.get().say_draft(before, after, step)

    def on_announced(self, widget: QWidget, text: str) -> None:
        """Repeat an announcement for screen readers that ignore announcements."""
        self._live.get().repeat_announcement(widget, text)

    def on_rows_loaded(self) -> None:
        """Announce the results of a search."""
        if is_heard():
            self._live.get().say_found(self._shown.query.words.strip(), self._shown.shown)

    def show_key(self) -> None:
        """Show profile and key in the status bar."""
        core = self._core
        name = core.default_profile
        self._status_bar.show_key(core.keys.status(name), core.profile(name).title)
        if self._welcome.made is not None:
            self._welcome.made.show_profile(name)
