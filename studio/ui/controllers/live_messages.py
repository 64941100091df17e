"""Screen reader messages about events not caused by the user, or visible only in the pictures.

Loaded when an assistive program listens. Toasts, notices and moves of the keyboard focus are
announced where they are made; all other announcements are decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.domain.drafts import Draft
from studio.domain.entities import Job, JobState, Reference, Role
from studio.domain.events import Event, JobChanged, JobsRemoved, PicturesAdded
from studio.ui.controllers.notifications import HasSettings
from studio.ui.support import job_outcome
from studio.ui.support.role_names import role_name
from studio.ui.widgets import spoken_notifications
from studio.ui.widgets.accessible import announce, is_heard

PAUSE = 400
"""Milliseconds during which events are collected into one message."""

MOST_NAMED = 3
"""Maximum number of names in one message."""


@dataclass(slots=True, eq=False)
class _RunProgress:
    """State of a run, and how much of it was announced.

    Attributes:
        jobs: all its jobs.
        alive: jobs in progress.
        arrived: jobs whose pictures arrived.
        pictures: number of their pictures.
        queued: whether its queueing was announced.
        told: `arrived` as last announced.
    """

    jobs: set[str] = field(default_factory=set)
    alive: set[str] = field(default_factory=set)
    arrived: int = 0
    pictures: int = 0
    queued: bool = False
    told: int = 0


class LiveMessages(QObject):
    """Announces runs, changes and search results, politely and in few messages.

    Nothing is announced while the setting `live_messages` is off.
    """

    def __init__(self, core: HasSettings, window: QWidget) -> None:
        super().__init__(window)
        self._core = core
        self._window = window
        self._runs: dict[str, _RunProgress] = {}
        self._failed: list[Job] = []
        self._said: list[str] = []
        self._searched = ""
        self._found: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self.on_soon)
        self._second_voice = spoken_notifications.second_voice(self)

    def on_core_event(self, event: Event) -> None:
        """Follow the jobs of each run."""
        if isinstance(event, JobChanged):
            self._follow(event.job)
        elif isinstance(event, PicturesAdded):
            self._count(event)
        elif isinstance(event, JobsRemoved):
            for run in self._runs.values():
                run.alive.difference_update(event.ids)
            self._wait()

    def say_change(self, sentence: str) -> None:
        """Announce a sentence about a change."""
        if sentence not in self._said:
            self._said.append(sentence)
        self._wait()

    def say_draft(self, before: Draft, after: Draft, step: str) -> None:
        """Announce pictures added to a draft or removed, and what "undo" or "redo" changed."""
        if step == "undo":
            self.say_change(_("Undone: {what}").replace("{what}", draft_message(after, before)))
        elif step == "redo":
            self.say_change(_("Redone: {what}").replace("{what}", draft_message(before, after)))
        else:
            for said in picture_messages(before, after):
                self.say_change(said)

    def say_found(self, words: str, count: int | None) -> None:
        """Announce the number of pictures that a search found, once for each search.

        Nothing is announced for None, which is not known yet, or for 0, which its page announces.
        """
        if words == self._searched or count is None:
            return
        self._searched = words
        # While the user types, only the last number is announced.
        self._found = count if words else None
        self._wait()

    def repeat_announcement(self, widget: QWidget, text: str) -> None:
        """Repeat a widget's announcement for screen readers that ignore announcements."""
        if self._second_voice is not None:
            self._second_voice.say_announcement(widget, text)

    def on_soon(self) -> None:
        """Announce the collected events in one message."""
        said, self._said = self._said, []
        if self._found:
            said.append(found_message(self._found))
        self._found = None
        said += queued_messages(list(self._runs.values()))
        failed, self._failed = self._failed, []
        for run in self._runs.values():
            said += progress_messages(run)
        said += failure_messages(failed)
        self._runs = {id: run for id, run in self._runs.items() if run.alive}
        if said and is_heard() and self._core.settings.value.live_messages:
            announce(self._window, reduce(in_turn, said))

    def _follow(self, job: Job) -> None:
        run = self._runs.get(job.run)
        if job.alive:
            if run is None:
                run = self._runs[job.run] = _RunProgress()
            if job.id not in run.alive:
                run.alive.add(job.id)
                run.jobs.add(job.id)
                self._wait()
        elif run is not None and job.id in run.alive and job.state is not JobState.DONE:
            run.alive.discard(job.id)
            if job.state is not JobState.CANCELLED:
                self._failed.append(job)
            self._wait()

    def _count(self, event: PicturesAdded) -> None:
        for run in self._runs.values():
            if event.job in run.alive:
                run.alive.discard(event.job)
                run.arrived += 1
                run.pictures += len(event.ids)
                self._wait()

    def _wait(self) -> None:
        if not self._soon.isActive():
            self._soon.start()


# The messages


def in_turn(first: str, second: str) -> str:
    """Two messages as one."""
    # Translators: two short messages read aloud one after the other.
    return _("{first}. {second}").format(first=first, second=second)


def queued_messages(runs: Sequence[_RunProgress]) -> list[str]:
    """Message about the runs that were queued since the last one."""
    new = [run for run in runs if not run.queued]
    for run in new:
        run.queued = True
    n = sum(len(run.jobs) for run in new if run.alive and not run.arrived)
    return [ngettext("{n} job queued", "{n} jobs queued", n).format(n=number(n))] if n else []


def progress_messages(run: _RunProgress) -> list[str]:
    """Message about the pictures of a run that arrived since the last one."""
    if run.arrived == run.told and run.alive:
        return []
    first, run.told = not run.told, run.arrived
    if not run.alive:
        if not run.pictures:
            return []
        n = run.pictures
        words = ngettext("Run finished, {n} picture", "Run finished, {n} pictures", n)
        return [words.format(n=number(n))]
    # Translators: {n} of {all} pictures of a run.
    words = _("First picture, {n} of {all} arrived") if first else _("{n} of {all} arrived")
    return [words.format(n=number(run.arrived), all=number(len(run.jobs)))]


def failure_messages(jobs: Sequence[Job]) -> list[str]:
    """Messages about failed jobs: number, reason, and whether they were billed."""
    reasons: dict[tuple[str, str], int] = {}
    for job in jobs:
        outcome = job_outcome.end_of(job)
        reason = outcome.head.rstrip("."), outcome.bill
        reasons[reason] = reasons.get(reason, 0) + 1
    said = []
    for (head, bill), n in reasons.items():
        # Translators: {reason} such as "The service is busy", {billed} such as "Not billed".
        words = ngettext("Failed: {reason}. {billed}", "{n} failed: {reason}. {billed}", n)
        if not bill:
            words = ngettext("Failed: {reason}", "{n} failed: {reason}", n)
        said.append(words.format(n=number(n), reason=head, billed=bill))
    return said


def found_message(count: int) -> str:
    """Message about the number of pictures found."""
    words = ngettext("{n} picture found", "{n} pictures found", count)
    return words.format(n=number(count))


def picture_messages(before: Draft, after: Draft) -> list[str]:
    """Messages about sources and references that a draft has gained or lost."""
    there = {one.sha256 for one in before.references}
    stay = {one.sha256 for one in after.references}
    added = [one for one in after.references if one.sha256 not in there]
    removed = [one for one in before.references if one.sha256 not in stay]
    said = []
    for sources, found in ((True, added), (False, added), (True, removed), (False, removed)):
        names = [_name(one) for one in found if (one.role is Role.EDIT) is sources]
        n, is_new = len(names), found is added
        if not names:
            continue
        if sources and is_new:
            # Translators: {names} are pictures that the next request edits.
            words = ngettext("{n} source added: {names}", "{n} sources added: {names}", n)
        elif sources:
            words = ngettext("{n} source removed: {names}", "{n} sources removed: {names}", n)
        elif is_new:
            words = ngettext("{n} reference added: {names}", "{n} references added: {names}", n)
        else:
            words = ngettext("{n} reference removed: {names}", "{n} references removed: {names}", n)
        more = "…" if n > MOST_NAMED else ""
        said.append(words.format(n=number(n), names=listed(names[:MOST_NAMED]) + more))
    return said


def draft_message(before: Draft, after: Draft) -> str:
    """Description of a change of a draft: "1 reference added: fox", "prompt and size"."""
    said = picture_messages(before, after)
    if said:
        return listed(said)
    changed = {
        _("prompt"): before.prompt != after.prompt,
        _("references"): before.references != after.references,
        _("model"): (before.profile, before.model) != (after.profile, after.model),
        _("aspect ratio"): before.aspect != after.aspect,
        _("size"): before.size != after.size,
        _("number of pictures"): before.count != after.count,
        _("seed"): before.seed != after.seed,
        _("conversation"): before.continues != after.continues,
        _("advanced options"): before.advanced != after.advanced,
        _("drawing on the picture"): before.markup != after.markup,
    }
    return listed(words for words, differs in changed.items() if differs)


def _name(reference: Reference) -> str:
    return one_line(reference.name) or role_name(reference.role)
