"""Notifications for finished runs while the window is in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from studio.common.i18n import _, ngettext, number
from studio.config.settings import SettingsStore
from studio.domain.entities import Job, JobState
from studio.domain.events import Event, JobChanged, JobsRemoved, PicturesAdded
from studio.ui.support.tasks import spawn
from studio.ui.window import window_state


class HasSettings(Protocol):
    """The part of the core needed for notifications."""

    @property
    def settings(self) -> SettingsStore: ...


class NotificationChannel(Protocol):
    """A way to notify the user outside the window."""

    async def show_notification(self, title: str, text: str, on_click: Callable[[], None]) -> bool:
        """Show a notification; False if the channel is unavailable."""

    def close(self) -> None:
        """Release resources."""


@dataclass(slots=True)
class _Run:
    alive: set[str] = field(default_factory=set)
    pictures: int = 0
    jobs: int = 0
    failures: list[str] = field(default_factory=list)


class Notifier(QObject):
    """Counts the results of each run, and notifies after its last job if the window is inactive."""

    def __init__(
        self,
        core: HasSettings,
        window: QWidget,
        *,
        channels: Sequence[NotificationChannel] | None = None,
        looking: Callable[[], bool] | None = None,
    ) -> None:
        """`channels` are tried in order; `looking` returns whether the program is in use."""
        super().__init__(window)
        self._core = core
        self._window = window
        self._runs: dict[str, _Run] = {}
        self._channels = () if channels is None else self._open(channels)
        self._looking = looking or _is_active

    def _open(self, channels: Sequence[NotificationChannel]) -> tuple[NotificationChannel, ...]:
        for channel in channels:
            self.destroyed.connect(channel.close)
        return tuple(channels)

    def on_core_event(self, event: Event) -> None:
        if isinstance(event, JobChanged):
            self._note(event.job)
        elif isinstance(event, PicturesAdded):
            self._count(event)
        elif isinstance(event, JobsRemoved):
            for id in event.ids:
                self._drop(id)

    def _note(self, job: Job) -> None:
        run = self._runs.get(job.run)
        if job.alive:
            if run is None:
                run = self._runs[job.run] = _Run()
            run.alive.add(job.id)
            return
        if run is None or job.id not in run.alive:
            return
        run.alive.discard(job.id)
        run.jobs += 1
        if job.state is JobState.FAILED:
            run.failures.append(job.failure.title if job.failure else "")
        self._end(job.run, run)

    def _count(self, event: PicturesAdded) -> None:
        # A successful job sends no final JobChanged: its pictures are added, then it is removed.
        for run in self._runs.values():
            if event.job in run.alive:
                run.pictures += len(event.ids)
                run.jobs += 1

    def _drop(self, id: str) -> None:
        for name, run in list(self._runs.items()):
            if id in run.alive:
                run.alive.discard(id)
                self._end(name, run)

    def _end(self, name: str, run: _Run) -> None:
        if run.alive:
            return
        del self._runs[name]
        words = run_words(run.pictures, run.jobs, run.failures)
        if words and self._core.settings.value.notify and not self._looking():
            spawn(self._speak(words))

    async def _speak(self, words: str) -> None:
        if not self._channels:
            self._channels = self._open(_usual(self._window))
        for channel in self._channels:
            if await channel.show_notification("Gridbrush", words, self.on_clicked):
                return

    def on_clicked(self) -> None:
        """Bring the window to the front."""
        window = self._window
        window_state.open_again(window)
        window.show()
        window.raise_()
        window.activateWindow()


def run_words(pictures: int, jobs: int, failures: Sequence[str]) -> str:
    """Text for a run: "3 pictures are ready", "1 of 3 failed: The service is busy"."""
    if failures:
        count = _("{failed} of {jobs} failed").format(
            failed=number(len(failures)), jobs=number(jobs)
        )
        if jobs == 1:
            count = _("The picture failed")
        why = failures[0] if len(set(failures)) == 1 else ""
        # Translators: {count} is how many failed, such as "1 of 3 failed".
        return _("{count}: {reason}").format(count=count, reason=why) if why else count
    if pictures:
        return ngettext("{n} picture is ready", "{n} pictures are ready", pictures).format(
            n=number(pictures)
        )
    return ""


def _is_active() -> bool:
    return QApplication.activeWindow() is not None


def _usual(window: QWidget) -> tuple[NotificationChannel, ...]:
    # Imported late: loads QtDBus, which most sessions do not need.
    from studio.ui.controllers.dbus_notifications import DBusChannel

    return DBusChannel(window), TrayChannel(window), AlertChannel(window)


class TrayChannel:
    """The system tray; its icon is shown only with the message."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._on_click: Callable[[], None] | None = None

    async def show_notification(self, title: str, text: str, on_click: Callable[[], None]) -> bool:
        """Show a balloon, if the tray supports it."""
        await asyncio.sleep(0)
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return False
        if self._tray is None:
            icon = self._window.windowIcon()
            if icon.isNull():
                return False
            self._tray = QSystemTrayIcon(icon, self._window)
            self._tray.messageClicked.connect(self.on_message_clicked)
        self._on_click = on_click
        self._tray.show()
        self._tray.showMessage(title, _plain(text), self._window.windowIcon())
        return True

    def on_message_clicked(self) -> None:
        if self._tray is not None:
            self._tray.hide()
        if self._on_click is not None:
            self._on_click()

    def close(self) -> None:
        """Do nothing: the tray icon is destroyed with the window."""


def _plain(text: str) -> str:
    """Text without markup characters: whether the desktop parses markup cannot be queried."""
    return text.replace("&", "＆").replace("<", "‹").replace(">", "›")


class AlertChannel:
    """Makes the window's taskbar entry ask for attention."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    async def show_notification(
        self, _title: str, _text: str, _on_click: Callable[[], None]
    ) -> bool:
        """Alert the user in the taskbar, if there is one."""
        await asyncio.sleep(0)
        QApplication.alert(self._window)
        return True

    def close(self) -> None:
        """Do nothing."""
