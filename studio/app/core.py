"""Core: builds the long-lived objects in order and closes them in reverse.

Shared by window and command line. It does not use Qt and runs on any asyncio loop.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from studio.app.core_options import CoreOptions, SharedParts
from studio.common import files, json_reader, logs, unfinished_copies
from studio.common.errors import InputError, KeyMissing, LibraryTooNew, StorageError
from studio.common.i18n import _, ngettext, number
from studio.common.library_lock import LibraryLock
from studio.common.paths import Paths, of_user
from studio.common.serial_executor import SerialExecutor
from studio.common.urls import usable_address
from studio.config import key_hosts
from studio.config.environment import KEY_VARIABLE
from studio.config.settings import OFFLINE, Profile, SettingsStore
from studio.domain.drafts import DraftFile
from studio.domain.entities import Job, JobState, new_id
from studio.domain.events import EventBus, ProblemOccurred
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.library.files import originals as inside
from studio.library.files.originals import HIDDEN
from studio.library.log.records import read_only
from studio.library.operations import first_open

if TYPE_CHECKING:
    from studio.app.budget import BudgetTracker
    from studio.app.export.drag_copies import DragCopies
    from studio.app.export.service import ExportService
    from studio.config.credentials import Credentials
    from studio.domain.runs import Run
    from studio.generation.fallback_store import FallbackStore
    from studio.generation.guides import GuideMaker
    from studio.generation.journal import Journal
    from studio.generation.journal_entry import JournalEntry
    from studio.generation.pipeline import GenerationPipeline
    from studio.generation.queue import JobQueue
    from studio.imaging.comparer import Comparer
    from studio.providers.catalogue import Catalogue

log = logging.getLogger(__name__)

_TIDYING = 2.0
"""Seconds a short command waits while leftovers of a killed process are removed."""


class Core:
    """The long-lived objects of the program.

    Objects that the first screen does not need are created at first use, or by `open_library`.

    Attributes:
        session_start: start of this session, in seconds since 1970.
        afterwards: called when everything is closed and another process can open the library.
    """

    def __init__(
        self,
        paths: Paths,
        options: CoreOptions,
        environ: Mapping[str, str] | None = None,
        shared: SharedParts | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        self._shared = shared or SharedParts()
        self.paths = paths
        self.options = options
        self.session_start = time.time()
        self.events = EventBus()
        self.settings = SettingsStore(paths.settings_file, self.events)
        self.draft = DraftFile(paths.draft_file)
        self.decoder = self._shared.decoder or Decoder()
        self._making: GenerationPipeline | None = None
        self.environment_profile = options.provider or "dgrid"
        self._environ = environ
        self._moved: tuple[Profile, Profile] | None = None
        self._has_environment_key = bool(environ.get(KEY_VARIABLE, "").strip())
        self._decoding = SerialExecutor("decoding")
        self._journalling = SerialExecutor("journal")
        self._removing = SerialExecutor("journal-removal")
        self._lock: LibraryLock | None = None
        self.library: Library
        self._let_go = False
        self._tidying: threading.Thread | None = None
        self.afterwards: Callable[[], object] | None = None

    @classmethod
    async def open(
        cls,
        paths: Paths,
        options: CoreOptions | None = None,
        *,
        write: bool = True,
        environ: Mapping[str, str] | None = None,
        shared: SharedParts | None = None,
    ) -> Core:
        """Open settings and library; with `write` this process owns the library.

        Raises LibraryLocked, StorageError, LibraryTooNew, InputError.
        """
        core = cls(paths, options or CoreOptions(), environ, shared)
        try:
            await asyncio.to_thread(core.prepare, write=write)
            await core.open_library()
        except BaseException:
            await core.close()
            raise
        return core

    def prepare(self, *, write: bool = True) -> None:
        """Read the settings, take the lock, create the library's objects. Blocking.

        A window can be built from a prepared core before there is a loop; `open_library` opens the
        library. Raises LibraryLocked, StorageError, InputError.
        """
        self.settings.load()
        unfinished_copies.note_in(self._unfinished)
        if self.options.provider or self.options.base_url:
            self.profile(self.default_profile)
        folder = self.library_folder
        if write:
            lock = LibraryLock(folder)
            _take_lock(lock, folder, anyway=self.options.anyway)
            self._lock = lock
            if folder != self.paths.library or self.options.trusted:
                self._check_origin(folder)
        self.library = Library(folder, self.paths.computed, self.decoder, self.events)

    def _check_origin(self, folder: Path) -> None:
        """Set unfinished work aside in a library from elsewhere, or restore it if `trusted`."""
        try:
            trouble = first_open.meet(folder, self.paths.computed, trusted=self.options.trusted)
        except BaseException:
            self._give_back()
            raise
        self.settings.trouble = self.settings.trouble or trouble

    async def open_library(self) -> None:
        """Open the library of a prepared core. Raises StorageError, LibraryTooNew.

        A library written by a newer version is opened read-only if `newer_to_read`;
        then `settings.trouble` is set.
        """
        # On a thread, because a network share may not answer.
        self._tidying = threading.Thread(
            target=unfinished_copies.remove_left, args=(self._unfinished,), daemon=True
        )
        self._tidying.start()
        # Created now, because it subscribes to events.
        _queue = self.queue
        try:
            # A window may open during a long rebuild of the index; a command needs all of it first.
            await self.library.open(write=self.writable, beside=self.options.hold_for_key)
        except LibraryTooNew as error:
            if self.writable and not self.options.newer_to_read:
                raise
            await self.library.open_newer(error)
            self._give_back()
            self.settings.trouble = self.settings.trouble or error

    @cached_property
    def catalogue(self) -> Catalogue:
        """Model catalogue of every profile. Reads two small files."""
        # Not before the first screen: see `Core`.
        from studio.providers.catalogue import Catalogue

        catalogue = Catalogue(find_profile=self.profile)
        try:
            whole = catalogue.load(json_reader.read(self._models_file))
        except FileNotFoundError:
            whole = True
        except (json_reader.NotUnderstood, IsADirectoryError) as error:
            log.warning("The list of models makes no sense: %s", error)
            whole = False
        except OSError as error:
            log.warning("The list of models could not be read: %s", error)
            whole = True
        if not whole:
            self.events.publish(ProblemOccurred(files.set_aside(self._models_file)))
        return catalogue

    @cached_property
    def comparer(self) -> Comparer:
        """Comparer of pictures, with a process of its own."""
        if self._shared.comparer is not None:
            return self._shared.comparer
        # Not before the first screen: see `Core`.
        from studio.imaging.comparer import Comparer

        return Comparer()

    @cached_property
    def exports(self) -> ExportService:
        """Export service: processes, queue and presets. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.app.export.service import ExportService

        presets = self.paths.export_presets_file
        return ExportService(self.library, presets, self.events, self._shared.exporting)

    @cached_property
    def drag_copies(self) -> DragCopies:
        """Copies for drags and the clipboard. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.app.export.drag_copies import DragCopies

        return DragCopies(self.library, lambda: self.exports.exporter, self.paths.copies_folder)

    @cached_property
    def keys(self) -> Credentials:
        # Not before the first screen: see `Core`.
        from studio.config.credentials import Credentials

        return Credentials(
            self.paths.keyring_service,
            self.settings,
            self.events,
            self._environ,
            environment_profile=self.environment_profile,
        )

    @cached_property
    def journal(self) -> Journal:
        """Journal of the library. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.generation.journal import Journal

        return Journal(self.library.folder / HIDDEN / "journal")

    @cached_property
    def spare(self) -> FallbackStore:
        """Store for paid answers that cannot be written to the library. Requires an open core."""
        # Not before the first screen: see `Core`.
        from studio.generation.fallback_store import FallbackStore

        spare = FallbackStore(self.paths.state / "answers", self.library.folder)
        spare.library_id = self.library.id
        return spare

    @cached_property
    def queue(self) -> JobQueue:
        """Job queue of this session. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.generation.queue import JobQueue

        return JobQueue(
            journal=self.journal,
            journalling=self._journalling,
            removing=self._removing,
            library=self.library,
            make=self._make,
            settings=self.settings,
            events=self.events,
            hold_for_key=self.options.hold_for_key,
        )

    @cached_property
    def budget(self) -> BudgetTracker:
        """Monthly budget. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.app.budget import BudgetTracker

        return BudgetTracker(
            self.settings, self.library.spend, self.queue.jobs.values(), self.events
        )

    @property
    def library_folder(self) -> Path:
        """Folder of the library: the one in the settings, or the default one."""
        chosen = self.settings.value.library
        if chosen and self.paths.home is None:
            return _folder_of(chosen)
        return self.paths.library

    @property
    def writable(self) -> bool:
        """Whether this process owns the library."""
        return self._lock is not None

    async def recover(self) -> None:
        """Recover the journal entries of an earlier process. Owner only."""
        if self.writable and await self._journalling.run(self._has_leftovers):
            await (await self.making()).recovery.run()

    def _has_leftovers(self) -> bool:
        return self.journal.has_entries() or self.spare.waits()

    async def read_cut(self, job: str) -> None:
        """Ingest a kept answer, or the readable part of a truncated one. Raises StudioError."""
        await self.read_again(job)

    async def read_again(self, job: str) -> list[str]:
        """Ingest a kept answer; returns the ids of its pictures. Raises StudioError."""
        return await (await self.making()).salvage.read(job)

    @property
    def kept_answers(self) -> tuple[Job, ...]:
        """Failed jobs whose answer can be read again, at least in part."""
        return tuple(
            job
            for job in self.queue.jobs.values()
            if not job.alive
            and self.queue.entry_of(job.id) is not None
            and (job.state is JobState.CUT or (job.failure is not None and job.failure.kept))
        )

    async def save_kept(self, job: str, folder: Path) -> list[Path]:
        """Write the pictures of a kept answer to a folder. Raises StudioError."""
        return await (await self.making()).salvage.save(job, folder)

    async def making(self) -> GenerationPipeline:
        """The generation pipeline, created at first use."""
        if self._making is None:
            module = await asyncio.to_thread(importlib.import_module, "studio.generation.pipeline")
            if self._making is None:
                self._making = module.GenerationPipeline(
                    library=self.library,
                    journal=self.journal,
                    queue=self.queue,
                    decoder=self.decoder,
                    comparer=lambda: self.comparer,
                    catalogue=self.catalogue,
                    settings=self.settings,
                    find_profile=self.profile,
                    find_key=self.find_key,
                    decoding=self._decoding,
                    journalling=self._journalling,
                    keep_models=self._save_models,
                    spare=self.spare,
                    events=self.events,
                    painter=self._shared.painter,
                )
        return self._making

    async def _make(self, job: Job, entry: JournalEntry, report: Callable[[Job], None]) -> object:
        return await (await self.making()).attempts.make(job, entry, report)

    async def submit(self, run: Run) -> tuple[Job, ...]:
        """Journal and queue every job of a run, with the pictures drawn from its markup.

        Raises StorageError; PictureUnreadable if markup cannot be drawn on its picture; InputError
        if the model cannot fill a frame.
        """
        if not self.writable:
            raise self.settings.trouble or read_only()
        requests = run.requests
        if any(one.markup is not None and one.markup.sent for one in requests):
            requests = await self.guides.prepare(requests, dict(run.guide_words))
        now = time.time()
        names = run.names or ("",) * len(run.requests)
        jobs = [
            Job(
                id=new_id(),
                run=run.id,
                request=request,
                created=now,
                position=position,
                name=name,
                estimate_usd=run.each_usd,
            )
            for position, (request, name) in enumerate(zip(requests, names, strict=True))
        ]
        return await self.queue.submit(jobs)

    @cached_property
    def guides(self) -> GuideMaker:
        """Draws the pictures sent for the markup. Requires a prepared core."""
        # Not before the first screen: see `Core`.
        from studio.generation.guides import GuideMaker

        return GuideMaker(
            library=self.library,
            decoder=self.decoder,
            comparer=self.comparer,
            find_model=self.catalogue.find,
            words=lambda: self.settings.value.guide_sentences,
        )

    # Profiles, providers, keys

    @property
    def default_profile(self) -> str:
        """Name of this run's profile: from the options, the settings, or the given key.

        A given key or base URL decides only if the settings name the offline painter.
        """
        if self.options.provider:
            return self.options.provider
        remembered = self.settings.value.profile
        # A base URL belongs to a service; the offline painter has none.
        if remembered == OFFLINE and (self._has_environment_key or self.options.base_url):
            return self.environment_profile
        return remembered

    def profile(self, name: str) -> Profile:
        """The profile with this run's base URL. Raises InputError."""
        profile = self.settings.value.find_profile(name)
        if self.options.base_url and name == self.default_profile:
            address = usable_address(self.options.base_url)
            if name == OFFLINE:
                raise InputError(
                    _("The offline painter has no address"),
                    hint=_("Choose the service with --provider."),
                )
            # Called several times per request: the same object is returned until something
            # changes.
            moved = self._moved
            if moved is None or moved[0] is not profile:
                moved = self._moved = profile, replace(profile, base_url=address)
            return moved[1]
        return profile

    async def find_key(self, name: str) -> str:
        """The key of a profile. Raises KeyMissing.

        A stored key is sent to its profile's own host only, a key from the environment to any host.
        """
        own = self.settings.value.find_profile(name)
        if urlsplit(own.base_url).hostname != urlsplit(self.profile(name).base_url).hostname:
            from_environment = self.keys.from_environment(name)
            if from_environment is None:
                raise KeyMissing(
                    _("The stored key is not sent to another address"),
                    # Translators: {name} is a provider.
                    _("The key of {name} does not belong to {url}.").format(
                        url=self.options.base_url, name=own.title
                    ),
                    hint=_("Set {variable} to a key for this run.").format(variable=KEY_VARIABLE),
                )
            self.keys.make_default(name)
            return from_environment
        key = await self.keys.get(name)
        if key != self.keys.from_environment(name):
            key_hosts.check(self.settings, own)
        self.keys.make_default(name)
        return key

    async def test_key(self, name: str, key: str | None = None) -> str:
        """Test a key with a free call, never a generation; returns a sentence.

        Raises KeyMissing, KeyRefused, NetworkError and other errors of the service.
        """
        if name == OFFLINE:
            return _("The offline painter needs no key.")
        used = key if key is not None else await self.find_key(name)
        logs.redact(used)
        making = await self.making()
        listed = await making.provider(name).listed(used, making.client)
        self.catalogue.learn(name, listed)
        await asyncio.to_thread(self._save_models)
        count = len(self.catalogue.models(name))
        # Translators: {name} is a provider.
        return ngettext(
            "The key works: {name} lists {count} image model.",
            "The key works: {name} lists {count} image models.",
            count,
        ).format(name=self.profile(name).title, count=number(count))

    async def refresh_models(self, name: str) -> None:
        """Fetch the list of models from a service. Raises the errors of the service."""
        if name != OFFLINE:
            await self.test_key(name)

    @property
    def _unfinished(self) -> Path:
        return self.paths.state / "unfinished"

    @property
    def _models_file(self) -> Path:
        return self.paths.data / "models.json"

    def _save_models(self) -> None:
        try:
            body = json_reader.merge_into_file(self._models_file, self.catalogue.dump())
            files.replace(self._models_file, body)
        except StorageError as error:
            log.warning("The list of models could not be kept: %s", error)

    async def let_go(self) -> None:
        """Close queue and library before their files are moved. The lock is kept."""
        self._let_go = True
        await self._close_exports()
        await self.queue.close()
        await self.library.close()

    async def close(self) -> None:
        """Cancel jobs and close everything in reverse order."""
        await self._close_exports()
        if "queue" in vars(self):
            await self.queue.close()
        if self._making is not None:
            await self._making.attempts.write_held()
            await self._making.client.close()
        if self.decoder is not self._shared.decoder:
            await self.decoder.close()
        if "comparer" in vars(self) and self.comparer is not self._shared.comparer:
            await self.comparer.close()
        if self._tidying is not None and self._tidying.is_alive():
            await asyncio.to_thread(self._tidying.join, _TIDYING)
        if hasattr(self, "library") and not self._let_go:
            await self.library.close()
        try:
            await self.settings.close()
        except StorageError as error:
            self.events.publish(ProblemOccurred(error))
            log.warning("Settings could not be saved: %s", error)
        self._decoding.close()
        self._journalling.close()
        self._removing.close()
        self._give_back()
        if self.afterwards is not None:
            self.afterwards()

    async def _close_exports(self) -> None:
        if "drag_copies" in vars(self):
            await self.drag_copies.close()
        if "exports" in vars(self):
            await self.exports.close()

    def _give_back(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _folder_of(chosen: str) -> Path:
    try:
        if "\0" in chosen:
            raise ValueError
        return of_user(chosen)
    except (InputError, ValueError) as error:
        raise StorageError(
            _("The library folder in the settings cannot be found"),
            _("{name} is not a folder on this computer.").format(name=repr(chosen)),
            hint=_("Choose another library folder, or remove this one from the settings file."),
        ) from error


def _take_lock(lock: LibraryLock, folder: Path, *, anyway: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise StorageError(
            _("The library is not a folder"),
            _("{name} is a file.").format(name=folder),
            hint=_("Move the file away, or choose another library folder."),
        )
    inside.check(folder)
    files.ensure_folder(folder / HIDDEN)
    lock.acquire(anyway=anyway)
