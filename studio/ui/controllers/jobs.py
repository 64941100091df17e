"""Submission of runs, and actions on jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common import logs
from studio.common.errors import IncompleteAnswer, StudioError
from studio.common.i18n import _, ngettext, number
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Job, JobState, Picture
from studio.domain.runs import Run
from studio.generation.rate_limiter import Place
from studio.ui.support import clipboard, desktop_services, file_dialogs, job_outcome
from studio.ui.support.tasks import spawn

_CUT = IncompleteAnswer.kind

VARIATIONS = 4
"""Number of pictures for Vary, as in other programs."""

_TOP_UP = {
    "dgrid": "https://dgrid.ai",
    "google": "https://aistudio.google.com/billing",
}


class JobsController(QObject):
    """Submits runs and performs the actions of job tiles.

    Signals:
        started: a run is about to be queued (Run).
        queued: a run was queued (Run, its jobs).
        refused: a run could not be queued (StudioError); the composer shows why.
        wants_key: a profile needs a key (str).
        wants_prompt: edit the prompt of a job (Job).
        wants_model: choose another model.
        wants_details: show a job in full (Job).
        again: submit a job again, or for the first time (Job); it may cost money.
        all_dismissed: dismiss all failed and cancelled jobs.
        said: sentence about a change that can be undone (str).
        told: sentence about an action without undo (str).
    """

    started = Signal(object)
    queued = Signal(object, object)
    refused = Signal(object)
    wants_key = Signal(str)
    wants_prompt = Signal(object)
    wants_model = Signal()
    wants_details = Signal(object)
    again = Signal(object)
    all_dismissed = Signal()
    said = Signal(str)
    told = Signal(str)

    def __init__(self, core: Core, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self._window = parent
        self._actions: dict[str, Callable[[Job], None]] = {
            "cancel": self._cancel,
            "retry": self.again.emit,
            "send": self.again.emit,
            "now": self._now,
            "stop": self._stop,
            "first": partial(self._move, "first"),
            "earlier": partial(self._move, "earlier"),
            "later": partial(self._move, "later"),
            "discard": self._discard,
            "discard_all": self._discard_all,
            "salvage": self._salvage,
            "save-answer": self._save_answer,
            "edit_prompt": self.wants_prompt.emit,
            "read_answer": self.wants_details.emit,
            "open_keys": self._open_keys,
            "top_up": self._top_up,
            "pick_model": self._pick_model,
            "copy-details": self._copy_details,
        }

    def start(self, run: Run) -> None:
        self._core.budget.expect(run)
        self.started.emit(run)
        spawn(self._start(run))

    async def _start(self, run: Run) -> None:
        try:
            jobs = await self._core.submit(run)
        except StudioError as error:
            self.refused.emit(error)
            return
        finally:
            self._core.budget.stop_expecting(run)
        self.queued.emit(run, jobs)

    def variations(self, picture: Picture, here: Draft | None = None) -> Run:
        """Run with variations of a picture: its source and prompt, new seeds.

        `here` is the current draft, as in `runs.again`. Raises InputError.
        """
        known = here if here is not None and not picture.profile else picture
        model = self._core.catalogue.find(known.profile, known.model)
        settings = self._core.settings.value
        return runs.variations(
            picture,
            model,
            VARIATIONS,
            here,
            sentences=settings.sentences,
            guide_words=settings.guide_sentences,
        )

    def offers(self, job: Job) -> list[tuple[str, str]]:
        """Entries of a job's menu: names for `run_tile_action` and labels."""
        state = job.state
        if state is JobState.QUEUED:
            places = [
                ("first", _("Send first")),
                ("earlier", _("Send earlier")),
                ("later", _("Send later")),
            ]
            others = self._core.queue.waiting > 1
            return [*(places if others else ()), ("cancel", _("Cancel"))]
        if state is JobState.RETRYING:
            return [("now", _("Try now")), ("stop", _("Stop trying"))]
        if job.alive:
            return [("cancel", _("Cancel"))]
        if state is JobState.UNSENT:
            return [("send", _("Send")), ("discard", _("Discard"))]
        cut = state is JobState.CUT or (job.failure is not None and job.failure.kind == _CUT)
        kept = job.failure is not None and job.failure.kept
        return [
            *([("salvage", _("Read again"))] if kept else []),
            *([("save-answer", _("Save the file…"))] if kept else []),
            *([("salvage", _("Read received data"))] if cut and not kept else []),
            ("retry", _("Try again")),
            ("edit_prompt", _("Edit prompt")),
            ("read_answer", _("Show details")),
            ("copy-details", _("Copy details")),
            ("discard", _("Dismiss")),
            ("discard_all", _("Dismiss all failed and cancelled")),
        ]

    def run_tile_action(self, name: str, job: Job) -> bool:
        """Run an action of a job's tile; False if the name is unknown."""
        if (action := self._actions.get(name)) is None:
            return False
        action(job)
        return True

    def _cancel(self, job: Job) -> None:
        self._core.queue.cancel(job.id)

    def _now(self, job: Job) -> None:
        self._core.queue.retry_now(job.id)

    def _stop(self, job: Job) -> None:
        self._core.queue.stop_retrying(job.id)

    def _move(self, place: Place, job: Job) -> None:
        self._core.queue.move(job.id, place)

    def _discard(self, job: Job) -> None:
        spawn(self._put_away([job.id]), records=True)

    def _discard_all(self, _job: Job) -> None:
        self.all_dismissed.emit()

    def dismiss_all(self, jobs: Iterable[Job]) -> None:
        """Dismiss the jobs among these that are over and hold no answer; can be undone."""
        ids = [job.id for job in jobs if job_outcome.may_be_dismissed(job)]
        if ids:
            spawn(self._put_away(ids), records=True)
        else:
            self.told.emit(_("No failed or cancelled jobs"))

    async def _put_away(self, ids: Sequence[str]) -> None:
        if said := await self._core.queue.dismiss(ids):
            self.said.emit(said)

    def _salvage(self, job: Job) -> None:
        spawn(self._core.read_cut(job.id))

    def _save_answer(self, job: Job) -> None:
        spawn(self._save_files(job))

    async def _save_files(self, job: Job) -> None:
        """Save the files of a kept answer in a folder that the user chooses."""
        dialog = file_dialogs.folder_dialog(self._window, _("Save the file"))
        if (folder := await file_dialogs.chosen(dialog)) is None:
            return
        n = len(await self._core.save_kept(job.id, folder))
        self.told.emit(
            ngettext("{n} file saved in {where}", "{n} files saved in {where}", n).format(
                n=number(n), where=folder
            )
        )

    def _open_keys(self, job: Job) -> None:
        self.wants_key.emit(job.request.profile)

    def _top_up(self, job: Job) -> None:
        desktop_services.open_link(_TOP_UP.get(job.request.profile, _TOP_UP["dgrid"]))

    def _pick_model(self, _job: Job) -> None:
        self.wants_model.emit()

    def _copy_details(self, job: Job) -> None:
        told = partial(self.told.emit, _("Details copied"))
        clipboard.put_text(logs.clean(details(job)), told)


def details(job: Job) -> str:
    """Details of a job for support, without the key."""
    failure = job.failure
    lines = [
        f"job {job.id}, attempt {job.attempt}, {job.state}",
        f"profile {job.request.profile}, model {job.request.model}",
        f"aspect {job.request.aspect or 'match'}, size {job.request.size}",
    ]
    if failure is not None:
        lines += [
            f"{failure.kind}: {failure.title}",
            failure.message,
            f"billed: {failure.billed}",
            f"request id: {failure.request_id}" if failure.request_id else "",
            failure.details,
        ]
    return "\n".join(line for line in lines if line)
