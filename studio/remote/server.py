"""Server of the process that owns the library, for requests of the user's other processes.

A command line that finds the library open sends its request here (`cli/remote_client.py`). The work
goes through the same queue and library as everything else, so the window shows it too; it continues
after the client disconnects.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from studio.app.core import Core
from studio.common import directory_handles, files, user_input
from studio.common.errors import InputError, KeyMissing, LibraryLocked, StudioError
from studio.common.i18n import _
from studio.config.environment import KEY_VARIABLE
from studio.config.settings import OFFLINE
from studio.domain.entities import Flag, Job
from studio.domain.events import Event, JobChanged, JobsRemoved, PicturesAdded
from studio.generation.journal import DAMAGED
from studio.library.operations import import_, import_sources, trash
from studio.library.operations.forget_prompt import forget_prompt
from studio.library.operations.repair import repair
from studio.library.operations.verify import VerifyReport
from studio.library.operations.verify import check as read_again
from studio.remote import protocol
from studio.remote.protocol import (
    BudgetStanding,
    CancelRequest,
    ChangeDone,
    ChangeLibrary,
    GetBudget,
    InputKept,
    JobUpdate,
    KeepInput,
    MakePictures,
    PicturesReady,
    Reply,
    Request,
    RequestFailed,
    RunEnded,
    RunQueued,
)

log = logging.getLogger(__name__)

_LOOK_AGAIN = 0.2


class RemoteServer:
    """Serves all connections to one socket."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lines: dict[asyncio.Task[None], _ClientSession] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        task = asyncio.current_task()
        assert task is not None
        line = self._lines[task] = _ClientSession(self._core, reader, writer)
        try:
            await line.serve()
        finally:
            del self._lines[task]

    async def finish(self) -> None:
        """Wait for requests in progress; close idle connections, so that clients connect anew."""
        while self._lines:
            for task, line in self._lines.items():
                if not line.busy:
                    task.cancel()
            await asyncio.wait(set(self._lines), timeout=_LOOK_AGAIN)

    async def close(self) -> None:
        """Close all connections, which the clients notice; sent requests stay in the journal."""
        lines = set(self._lines)
        for task in lines:
            task.cancel()
        if lines:
            await asyncio.gather(*lines, return_exceptions=True)


class _ClientSession:
    """One client."""

    def __init__(
        self, core: Core, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._core = core
        self._reader = reader
        self._writer = writer
        self._run = ""
        self._making: asyncio.Task[None] | None = None
        self._answering = False

    @property
    def busy(self) -> bool:
        """Whether a request is still in progress."""
        return self._answering or (self._making is not None and not self._making.done())

    async def serve(self) -> None:
        """Handle requests until the client disconnects and its run has ended."""
        try:
            with contextlib.suppress(EOFError, OSError):
                while True:
                    await self._do(await protocol.next_request(self._reader))
            if self._making is not None:
                await self._making
        except ValueError as error:
            log.warning("A request that cannot be read was handed over: %s", error)
        finally:
            if self._making is not None and not self._making.done():
                self._making.cancel()

    async def _do(self, request: Request) -> None:
        if isinstance(request, CancelRequest):
            self._cancel()
            return
        if isinstance(request, MakePictures):
            if self._making is None:
                self._making = asyncio.create_task(self._make(request))
            return
        self._answering = True
        try:
            answer = await self._answer(request)
        except StudioError as error:
            answer = RequestFailed.of(error)
        finally:
            self._answering = False
        await protocol.send_message(self._writer, answer)

    async def _answer(self, request: KeepInput | GetBudget | ChangeLibrary) -> Reply:
        core = self._core
        if isinstance(request, KeepInput):
            kept = await core.library.keep_input(
                user_input.path_of(request.path),
                role=request.role,
                name=request.name,
                picture=request.picture,
            )
            return InputKept(kept)
        if isinstance(request, GetBudget):
            await core.budget.sum_up()
            return BudgetStanding(core.budget.standing())
        return await carry_out(core, request)

    def _cancel(self) -> None:
        for job in [job for job in self._core.queue.jobs.values() if job.run == self._run]:
            self._core.queue.cancel(job.id)

    async def _make(self, asked: MakePictures) -> None:
        """Run the jobs and report their progress; the run continues even without a listener."""
        self._run = asked.run.id
        try:
            await self._check(asked)
        except StudioError as error:
            with contextlib.suppress(OSError):
                await protocol.send_message(self._writer, RequestFailed.of(error))
            return
        news: asyncio.Queue[JobChanged | PicturesAdded | None] = asyncio.Queue()
        following = _RunFollower(asked.run.id, news)
        end = self._core.events.subscribe(following.on_core_event)
        telling = asyncio.create_task(self._send_news(news))
        refused: StudioError | None = None
        try:
            await self._core.submit(asked.run)
        except StudioError as error:
            refused = error
        try:
            following.submitted()
            await following.over.wait()
        finally:
            end()
            news.put_nowait(None)
        await telling
        with contextlib.suppress(OSError):
            await protocol.send_message(
                self._writer, RunEnded() if refused is None else RequestFailed.of(refused)
            )

    async def _send_news(self, news: asyncio.Queue[JobChanged | PicturesAdded | None]) -> None:
        try:
            await protocol.send_message(self._writer, RunQueued(paused=self._core.queue.paused))
            while (event := await news.get()) is not None:
                if isinstance(event, JobChanged):
                    await protocol.send_message(self._writer, JobUpdate(event.job))
                else:
                    pictures = await self._core.library.find(event.ids)
                    await protocol.send_message(
                        self._writer, PicturesReady(event.job or "", pictures)
                    )
        except OSError:
            log.info("Whoever handed a run over has left; the run goes on")

    async def _check(self, asked: MakePictures) -> None:
        """Check that address and key match those of the client. Raises StudioError."""
        core = self._core
        if not core.library.writable:
            raise LibraryLocked(
                _("The library is read-only"),
                _("The other Gridbrush cannot write to it."),
            )
        for name in dict.fromkeys(request.profile for request in asked.run.requests):
            if name == OFFLINE:
                continue
            if core.profile(name).base_url != asked.addresses.get(name):
                raise InputError(
                    _("The other Gridbrush uses another address"),
                    # Translators: {name} is a provider.
                    _("There, {name} is at {url}.").format(
                        name=name, url=core.profile(name).base_url
                    ),
                    hint=_("Close it, or omit --base-url."),
                )
            if asked.key and asked.key != protocol.mark_of(core.keys.from_environment(name)):
                raise LibraryLocked(
                    _("The key in {variable} cannot be used").format(variable=KEY_VARIABLE),
                    _("It is for this run only, and another Gridbrush has the library open."),
                    hint=_("Close the other Gridbrush, or unset {variable} to use its key."),
                )
            if core.queue.held(name):
                raise KeyMissing(
                    # Translators: {name} is a provider.
                    _("No key for {name}").format(name=core.profile(name).title),
                    _("The other Gridbrush needs one."),
                    hint=_("Enter the key in its window."),
                )


class _RunFollower:
    """Follows the events of one run until all its jobs have ended."""

    def __init__(self, run: str, news: asyncio.Queue[JobChanged | PicturesAdded | None]) -> None:
        self.over = asyncio.Event()
        self._run = run
        self._news = news
        self._alive: dict[str, bool] = {}
        self._all_known = False

    def on_core_event(self, event: Event) -> None:
        if isinstance(event, JobChanged) and event.job.run == self._run:
            self._alive[event.job.id] = event.job.alive
            self._news.put_nowait(event)
        elif isinstance(event, PicturesAdded) and event.job in self._alive:
            self._news.put_nowait(event)
        elif isinstance(event, JobsRemoved):
            for id in event.ids:
                if id in self._alive:
                    self._alive[id] = False
        self._check_ended()

    def submitted(self) -> None:
        """Mark the jobs of the run as complete: no more will be added."""
        self._all_known = True
        self._check_ended()

    def _check_ended(self) -> None:
        if self._all_known and not any(self._alive.values()):
            self.over.set()


async def carry_out(core: Core, asked: ChangeLibrary) -> ChangeDone:
    """Apply one change to the library. Raises StudioError."""
    if (action := _ACTIONS.get(asked.action)) is None:
        raise InputError(_("The other Gridbrush does not support this command"))
    return await action(core, asked)


async def check(core: Core, progress: Callable[[int], None] = lambda _done: None) -> VerifyReport:
    """Verify every original. Raises StorageError, and exceptions from `progress`."""
    return await read_again(core.library.store, progress)


def facts_of(report: VerifyReport) -> dict[str, Any]:
    """A report in the form of the command line's JSON."""
    return {
        "checked": report.checked,
        "sound": report.sound,
        "missing": list(report.missing),
        "changed": list(report.changed),
        "orphans": list(report.orphans),
        "damaged_records": report.damaged_records,
        "damaged_inputs": list(report.damaged_inputs),
    }


async def _ids(core: Core, asked: ChangeLibrary) -> list[str]:
    return [(await core.library.resolve(start)).id for start in asked.ids]


async def _rate(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.rate(await _ids(core, asked), asked.stars))


async def _tag(core: Core, asked: ChangeLibrary) -> ChangeDone:
    ids = await _ids(core, asked)
    return ChangeDone(await core.library.tag(ids, add=asked.add, remove=asked.remove))


async def _trash(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.trash(await _ids(core, asked)))


async def _restore(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.restore(await _ids(core, asked)))


async def _flag(core: Core, asked: ChangeLibrary) -> ChangeDone:
    flag = {"pick": Flag.PICK, "reject": Flag.REJECT}.get(asked.name, Flag.NONE)
    return ChangeDone(await core.library.flag(await _ids(core, asked), flag))


async def _branch(core: Core, asked: ChangeLibrary) -> ChangeDone:
    (id,) = await _ids(core, asked)
    return ChangeDone(await core.library.choosing.name_branch(id, asked.name))


async def _stack(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.choosing.stack(await _ids(core, asked)))


async def _unstack(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.choosing.unstack(await _ids(core, asked)))


async def _stack_by_rule(core: Core, asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.choosing.stack_by_rule(await _ids(core, asked)))


async def _cover(core: Core, asked: ChangeLibrary) -> ChangeDone:
    ids = await _ids(core, asked)
    if len(ids) != 1:
        raise InputError(_("A stack has one cover"))
    return ChangeDone(await core.library.choosing.set_cover(ids[0]))


async def _empty_trash(core: Core, _asked: ChangeLibrary) -> ChangeDone:
    found = await trash.contents(core.library.store)
    discard = trash.by_command() if core.paths.home is None else None
    return ChangeDone(await trash.empty(core.library.store, found.ids, discard), len(found.ids))


async def _collect(core: Core, asked: ChangeLibrary) -> ChangeDone:
    """Add pictures to a collection, or save a search as one."""
    collections = core.library.collections
    ids = await _ids(core, asked)
    found = await collections.named(asked.name)
    if asked.search:
        if found is not None:
            return ChangeDone(await collections.search_for(found.id, asked.search))
        made = await collections.make(asked.name, asked.search)
        # Translators: {name} is a collection.
        return ChangeDone(_("Collection {name} created").format(name=made.name))
    if found is None:
        found = await collections.make(asked.name)
        if not ids:
            # Translators: {name} is a collection.
            return ChangeDone(_("Collection {name} created").format(name=found.name))
    return ChangeDone(await collections.add(ids, found.id))


async def _uncollect(core: Core, asked: ChangeLibrary) -> ChangeDone:
    """Remove pictures from a collection; if none are given, delete the collection."""
    found = await core.library.collections.named(asked.name)
    if found is None:
        # Translators: {name} is a collection.
        raise InputError(_("No collection {name}").format(name=asked.name))
    if not asked.ids:
        return ChangeDone(await core.library.collections.delete(found.id))
    return ChangeDone(await core.library.collections.remove(await _ids(core, asked), found.id))


async def _import(core: Core, asked: ChangeLibrary) -> ChangeDone:
    found, refused = import_sources.named(asked.paths)
    neutral = core.settings.value.neutral_names
    one = import_.Import(core.library.store, core.decoder, neutral_names=neutral)
    result = await one.run(found, refused=refused)
    return ChangeDone(import_.sentence(result), len(result.ids), import_.facts(result))


async def _undo(core: Core, _asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.undo() or "")


async def _redo(core: Core, _asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(await core.library.redo() or "")


async def _fix(core: Core, _asked: ChangeLibrary) -> ChangeDone:
    """Verify, repair what is possible, verify again."""
    report = await check(core)
    repaired = await repair(core.library.store, report)
    if repaired.total or repaired.lost:
        report = await check(core)
    fixed = {name: getattr(repaired, name) for name in ("found", "put_back", "lost", "records")}
    return ChangeDone(number=repaired.total, facts={**facts_of(report), "fixed": fixed})


async def _forget(core: Core, asked: ChangeLibrary) -> ChangeDone:
    number = await forget_prompt(core.library.store, " ".join(asked.ids))
    await asyncio.to_thread(core.draft.remove_prompt, " ".join(asked.ids))
    await asyncio.to_thread(_forget_broken, core)
    return ChangeDone(_("Prompt deleted."), number)


def _forget_broken(core: Core) -> None:
    """Remove invalid requests and drafts set aside: their prompts cannot be identified."""
    draft = core.paths.draft_file
    broken = list(draft.parent.glob(f"{draft.stem}*.broken*{draft.suffix}"))
    library, damaged = core.library.folder, core.journal.folder.with_name(DAMAGED)
    for name in ("queued.json", "told.json", "pictures.json"):
        broken += [folder / name for folder in directory_handles.folders(library, damaged)]
    broken += [one for one in directory_handles.regular(library, damaged) if one.suffix == ".json"]
    for path in broken:
        files.remove(path, within=library if library in path.parents else None)


async def _read_again(core: Core, asked: ChangeLibrary) -> ChangeDone:
    """Read kept answers again, or write them to a folder; all of them if no ids are given."""
    kept = {job.id: job for job in core.kept_answers}
    wanted = [_kept_job(kept, start) for start in asked.ids] or list(kept.values())
    answers: list[dict[str, Any]] = []
    for job in wanted:
        fact: dict[str, Any] = {"job": job.id, "prompt": job.request.prompt}
        try:
            if asked.paths:
                folder = user_input.path_of(asked.paths[0])
                saved = await core.save_kept(job.id, folder)
                fact["files"] = [user_input.word_of(path) for path in saved]
            else:
                fact["pictures"] = await core.read_again(job.id)
        except StudioError as error:
            fact |= {
                "kind": error.kind,
                "title": error.title,
                "message": error.message,
                "hint": error.hint,
                "billed": error.billed,
            }
        answers.append(fact)
    return ChangeDone(
        number=sum("kind" not in fact for fact in answers), facts={"answers": answers}
    )


def _kept_job(kept: dict[str, Job], start: str) -> Job:
    """The job with this id, or whose id ends with it. Raises InputError."""
    found = [job for id, job in kept.items() if id == start or id.endswith(start)]
    if len(found) != 1 or not start:
        raise InputError(
            # Translators: {id} is a job.
            _("No kept answer {id}").format(id=start),
            hint=_("`gridbrush library read-again` without ids reads all of them."),
        )
    return found[0]


async def _rebuild(core: Core, _asked: ChangeLibrary) -> ChangeDone:
    return ChangeDone(number=await core.library.rebuild())


_ACTIONS: dict[str, Callable[[Core, ChangeLibrary], Awaitable[ChangeDone]]] = {
    "rate": _rate,
    "tag": _tag,
    "flag": _flag,
    "branch": _branch,
    "stack": _stack,
    "unstack": _unstack,
    "stack-by-rule": _stack_by_rule,
    "cover": _cover,
    "trash": _trash,
    "restore": _restore,
    "empty-trash": _empty_trash,
    "rebuild": _rebuild,
    "read-again": _read_again,
    "collect": _collect,
    "uncollect": _uncollect,
    "import": _import,
    "undo": _undo,
    "redo": _redo,
    "fix": _fix,
    "forget": _forget,
}
