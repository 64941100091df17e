"""`gridbrush generate`: the same queue and library as the window."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import budget, prompts, runs
from studio.cli import advanced
from studio.cli.opening import opened
from studio.cli.output import complain
from studio.cli.printers import Printer, printer_for
from studio.core import Core
from studio.domain import Job, JobState, Picture, Reference, Role
from studio.drafts import MATCH, Draft
from studio.errors import EXIT_CODES, BudgetError, InputError, ModelError, StorageError, UsageError
from studio.events import Event, JobChanged, PicturesAdded
from studio.files import storage_error
from studio.models import Model, ModelState
from studio.paths import Paths
from studio.settings import OFFLINE
from studio.words import _

SOME = 10
"""Exit code when some pictures arrived and others did not."""

_OVER = (JobState.FAILED, JobState.CANCELLED)


async def run(options: Any, where: Paths) -> int:
    """Make pictures; 0 when every one arrived."""
    prompt = await _prompt(options)
    _check(options, prompt)
    async with opened(options, where, write=True) as core:
        await core.recover()
        planned = await _plan(core, options, prompt)
        _confirm(planned, options)
        await _check_budget(core, planned, options)
        out = await _folder(options.out)
        with printer_for(options) as printer:
            return await _Watch(core, printer, out).generate(planned)


async def _prompt(options: Any) -> str:
    if options.prompt != "-":
        return str(options.prompt)
    return await asyncio.to_thread(sys.stdin.read)


def _check(options: Any, prompt: str) -> None:
    if not prompt.strip() and not (options.edit or options.continues or options.ref):
        raise InputError(_("The prompt is empty"), hint=_("Write what the picture should show."))
    if not 1 <= options.count <= prompts.MOST:
        raise UsageError(_("--count must be between 1 and {most}").format(most=prompts.MOST))


async def _plan(core: Core, options: Any, prompt: str) -> runs.Run:
    id = options.edit or options.continues
    source = await core.library.resolve(id) if id else None
    profile, model = _choose(core, options, source if options.continues else None)
    references = await _references(core, options, source)
    aspect = options.aspect or (MATCH if references else _first(model.aspects, "1:1"))
    draft = Draft(
        prompt=prompt,
        references=references,
        profile=profile,
        model=model.id,
        aspect=aspect,
        size=options.size or _first(model.sizes, "1K", prefer="1K"),
        count=options.count,
        seed=options.seed,
        continues=bool(options.continues),
        advanced=await advanced.read(options),
    )
    if options.continues and runs.goes_on_with(draft, model) is None:
        complain(
            _("The conversation cannot go on with {id}; the picture goes alone.").format(
                id=model.id
            )
        )
    return runs.plan(draft, model, prompts.expand(prompt))


def _first(values: tuple[str, ...], usual: str, *, prefer: str = "") -> str:
    if prefer in values:
        return prefer
    return values[0] if values else usual


def _choose(core: Core, options: Any, continued: Picture | None) -> tuple[str, Model]:
    """Profile and model: what was named decides, then who made the picture that is gone on with,
    then what is remembered.
    """
    if continued is not None and continued.profile and not (options.model or options.provider):
        return continued.profile, core.catalogue.find(continued.profile, continued.model)
    profile = core.default_profile
    painted = {model.id for model in core.catalogue.models(OFFLINE)}
    if options.model and not options.provider:
        if options.model in painted:
            profile = OFFLINE
        elif profile == OFFLINE:
            profile = core.environment_profile
    id = options.model or core.catalogue.default(profile)
    if profile == OFFLINE and id not in painted:
        raise ModelError(
            _("The offline painter has no model {id}").format(id=id),
            _("It has: {models}.").format(models=", ".join(sorted(painted))),
            hint=_("`gridbrush models` lists what there is."),
        )
    model = core.catalogue.find(profile, id)
    if model.state in (ModelState.RETIRED, ModelState.DEPRECATED):
        complain(f"{id}: {model.note}")
    return profile, model


async def _references(core: Core, options: Any, source: Picture | None) -> tuple[Reference, ...]:
    found: list[Reference] = []
    if source is not None:
        kept = await core.library.keep_input(
            core.library.path(source), role=Role.EDIT, name=source.name, picture=source.id
        )
        found.append(replace(kept, talk=source.talk))
    for name in options.ref:
        path = Path(name).expanduser()
        if not path.is_file():
            raise InputError(
                _("The reference picture is not there"),
                _("There is no file {name}.").format(name=path),
                hint=_("Check the name after --ref; nothing was sent."),
            )
        found.append(await core.library.keep_input(path, role=Role.FREE, name=path.stem))
    return tuple(found)


def _confirm(planned: runs.Run, options: Any) -> None:
    if not planned.needs_confirmation or options.yes:
        return
    count = len(planned.requests)
    question = _("This makes {count} pictures. Go on? [y/N] ").format(count=count)
    if sys.stdin.isatty() and sys.stderr.isatty():
        sys.stderr.write(question)
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise InputError(
        _("Nothing was sent: this would make {count} pictures").format(count=count),
        hint=_("Add --yes to make more than 16 at once."),
    )


async def _check_budget(core: Core, planned: runs.Run, options: Any) -> None:
    """Warn from four fifths of the month's budget on. Raises BudgetError for what goes past it."""
    limit = core.settings.value.budget_usd
    if not limit or planned.total_usd == 0.0:
        return
    now = budget.standing(limit, await core.library.spend(), core.queue.jobs.values())
    month = _("this month")
    if now.over_by(planned.total_usd):
        words = budget.question(now, planned.total_usd, month)
        if not options.over_budget:
            raise BudgetError(
                _("Nothing was sent: it goes past the month's budget"),
                words,
                hint=_("Add --over-budget to send it all the same."),
            )
        complain(words)
    elif now.nears(planned.total_usd):
        complain(budget.approach(now, planned.total_usd, month))


async def _folder(name: str | None) -> Path | None:
    if name is None:
        return None
    folder = Path(name).expanduser()
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder


class _Watch:
    """Follows one run to its end."""

    def __init__(self, core: Core, printer: Printer, out: Path | None) -> None:
        self._core = core
        self._printer = printer
        self._out = out
        self._jobs: dict[str, Job] = {}
        self._told: asyncio.Queue[PicturesAdded | None] = asyncio.Queue()
        self._interrupted = False
        self._uncopied: StorageError | None = None

    async def generate(self, planned: runs.Run) -> int:
        """Queue the run, tell what happens, give the exit code."""
        unsubscribe = self._core.events.subscribe(self._hear)
        telling = asyncio.create_task(self._tell())
        try:
            with self._interrupts():
                refused = await self._submit(planned)
                await self._core.queue.idle()
        finally:
            unsubscribe()
            self._told.put_nowait(None)
        images = await telling
        failed = [job for job in self._jobs.values() if job.state in _OVER]
        self._printer.done(images, len(failed))
        if refused is not None:
            raise refused
        return self._code(images, failed)

    async def _submit(self, planned: runs.Run) -> StorageError | None:
        """What keeps the rest from being queued; the jobs before it are on their way."""
        try:
            await self._core.submit(planned)
        except StorageError as error:
            return error
        return None

    @contextlib.contextmanager
    def _interrupts(self) -> Any:
        """Ctrl+C cancels what runs, and the events still say how each job ended."""
        if sys.platform == "win32":
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _interrupt(self) -> None:
        self._interrupted = True
        self._core.queue.cancel_all()

    def _hear(self, event: Event) -> None:
        if isinstance(event, JobChanged):
            before = self._jobs.get(event.job.id)
            self._jobs[event.job.id] = event.job
            self._printer.job(event.job, before)
        elif isinstance(event, PicturesAdded) and event.job in self._jobs:
            self._told.put_nowait(event)

    async def _tell(self) -> int:
        images = 0
        while (event := await self._told.get()) is not None:
            for picture in await self._core.library.find(event.ids):
                path = self._core.library.path(picture)
                copy = await self._copied(path)
                images += not picture.draft
                self._printer.picture(event.job or "", picture, path, copy)
        return images

    async def _copied(self, path: Path) -> Path | None:
        """Where the copy is; a picture that cannot be copied is in the library all the same."""
        if self._out is None:
            return None
        target = self._out / path.name
        try:
            await asyncio.to_thread(shutil.copyfile, path, target)
        except OSError as error:
            self._uncopied = storage_error(error, target)
            complain(self._uncopied.title, self._uncopied.message, self._uncopied.hint)
            return None
        return target

    def _code(self, images: int, failed: list[Job]) -> int:
        if self._interrupted:
            return EXIT_CODES["cancelled"]
        if not failed:
            return self._uncopied.exit_code if self._uncopied else 0
        if images:
            return SOME
        kinds = Counter(job.failure.kind for job in failed if job.failure)
        first = min(failed, key=lambda job: job.position)
        kind = first.failure.kind if first.failure else "bug"
        return EXIT_CODES[kind if kind in kinds else "bug"]
