"""Export of copies: choice of pictures, preview, running exports and their results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.app.export.plan import ExportPlan, existing_names, make_plan
from studio.app.export.prepare import ItemReader, bytes_per_pixel, estimated_bytes
from studio.app.export.runner import ExportRun, ExportState
from studio.app.export.service import ExportChanged, ExportPresetsChanged, ExportService
from studio.common.billing import sentences_of
from studio.common.errors import InputError, StorageError, StudioError
from studio.common.i18n import _, ngettext, number, sentences
from studio.domain.entities import Picture
from studio.domain.events import Event
from studio.domain.export import ORIGINALS, ExportFormat, ExportPreset
from studio.ui.controllers.export_presets import PresetEditor
from studio.ui.controllers.outgoing_pictures import OutgoingPictures
from studio.ui.controllers.pictures import show_files
from studio.ui.dialogs.export import ExportDialog
from studio.ui.dialogs.export.conflict_question import ConflictAsker
from studio.ui.dialogs.export.foot import ended_words, others_than
from studio.ui.dialogs.quit import quits_now
from studio.ui.panels.status_bar.export_progress import ExportProgress
from studio.ui.support import file_dialogs
from studio.ui.support.merged_task import MergedTask
from studio.ui.support.ports import Messages, SelectionSource, ShownPictures
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice

if TYPE_CHECKING:
    from studio.ui.support.tile_content import Item

MOST = 20_000
"""Maximum number of pictures exported at once."""

_FIRST = 500
"""Pictures in the preview until all are requested."""

_READ = 100
"""Files whose facts are read between two checks for whether the preview is still wanted."""

_PAUSE = 120
"""Milliseconds without a change before the preview is made."""

_SHOWN = 100
"""Maximum number of files selected in the file manager."""

_NAMED = 3
"""Maximum number of pictures named in a message."""


class ExportController(QObject):
    """Exports the pictures of a window.

    Attributes:
        dialog: the dialog; None before it is first opened.
        presets: the presets that are edited in it.
        folder: where copies are written.

    Signals:
        pictures_wanted: show these pictures in the grid (a tuple of ids).
        left: close the window; the exports were stopped.
    """

    pictures_wanted = Signal(object)
    left = Signal()

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        shown: ShownPictures,
        messages: Messages,
        *,
        bar: MessageBar,
        progress: ExportProgress,
        place_name: Callable[[], str],
        current: Callable[[], Item | None],
        parent: QWidget,
    ) -> None:
        """`current` returns the item of the grid that has the keyboard focus."""
        super().__init__(parent)
        self._core = core
        self._outgoing = OutgoingPictures(core, selection, shown, place_name=place_name)
        self._messages = messages
        self._bar = bar
        self._progress = progress
        self._current = current
        self._parent = parent
        self.dialog: ExportDialog | None = None
        self.presets = PresetEditor(self._service, self)
        self.folder = self._usual_folder()
        self._reader = ItemReader(core.library, core.exports.exporter)
        self._formats: frozenset[ExportFormat] | None = None
        self._given: tuple[Callable[[], Sequence[int]], str] | None = None
        self._everything = False
        self._rates: dict[tuple[ExportPreset, tuple[str, ...]], float] = {}
        self._run: ExportRun | None = None
        self._told: set[ExportRun] = set()
        self._preparing: SpawnedTask | None = None
        self._refreshing = MergedTask(self._refresh)
        self._to_measure: tuple[ExportPlan, int] | None = None
        self._measuring: SpawnedTask | None = None
        self._leaving: SpawnedTask | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._timer.timeout.connect(self.on_pause)
        self.presets.changed.connect(self.on_presets_changed)
        self.presets.deleted.connect(self.on_preset_deleted)
        self.presets.failed.connect(self.on_problem)
        progress.opened.connect(self.open)
        core.events.subscribe(self._on_core_event)

    def _service(self) -> ExportService:
        return self._core.exports

    def _usual_folder(self) -> Path:
        chosen = self._core.settings.value.export_folder
        if chosen and "\0" not in chosen and Path(chosen).is_absolute():
            return Path(chosen)
        return file_dialogs.usual_folder() / _("Gridbrush exports")

    # --- the dialog -----------------------------------------------------------------------

    def open(self) -> None:
        """Open the dialog for the pictures in the grid, or raise it."""
        self._given = None
        self._open()

    def open_for(self, rows: Callable[[], Sequence[int]], place: str) -> None:
        """Open the dialog for other pictures: their rows, in order, and the name of their place."""
        self._given = rows, place
        self._open()

    def _open(self) -> None:
        if self.dialog is None:
            self.dialog = self._made_dialog()
        dialog = self.dialog
        if not dialog.isVisible():
            self._outgoing.everything = self._everything = False
            spawn(self._load())
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self._show_progress()
        self.refresh()

    def _made_dialog(self) -> ExportDialog:
        dialog = ExportDialog(self._core.library, self._parent)
        dialog.export_wanted.connect(self.start)
        dialog.scope_chosen.connect(self.on_scope_chosen)
        dialog.destination_wanted.connect(self.on_destination_wanted)
        dialog.everything_wanted.connect(self.on_everything_wanted)
        dialog.undo_wanted.connect(self.on_undo)
        dialog.redo_wanted.connect(self.on_redo)
        dialog.hidden.connect(self.on_hidden)
        dialog.form.changed.connect(self.presets.change)
        dialog.form.validity_changed.connect(self.refresh)
        dialog.presets.chosen.connect(self.presets.choose)
        dialog.presets.add_wanted.connect(self.on_add_wanted)
        dialog.presets.renamed.connect(self.on_renamed)
        dialog.presets.delete_wanted.connect(self.presets.delete)
        dialog.presets.moved.connect(self.presets.order)
        foot = dialog.foot
        foot.stop_wanted.connect(self._core.exports.queue.stop)
        foot.drop_wanted.connect(self._core.exports.queue.drop)
        foot.resume_wanted.connect(self._core.exports.queue.resume)
        foot.folder_wanted.connect(self.show_folder)
        dialog.show_destination(self.folder)
        return dialog

    async def _load(self) -> None:
        await self.presets.load(self._core.settings.value.export_preset)
        if self._formats is None:
            self._formats = await self._core.exports.exporter.formats()
            self.on_presets_changed()

    def on_presets_changed(self) -> None:
        """Show the presets and the form of the current one."""
        if self.dialog is None:
            return
        offered = self._formats or frozenset(ExportFormat)
        presets = [one for one in self.presets.presets if one.format in offered]
        preset = self.presets.preset
        self.dialog.form.offer_formats(offered)
        self.dialog.presets.show_presets(presets, preset.id)
        if self.dialog.form.preset != preset:
            self.dialog.form.show_preset(preset, locked=preset.id == ORIGINALS.id)
        self.refresh()

    def on_hidden(self) -> None:
        """Stop the work that only the dialog needs."""
        self._timer.stop()
        spawn(self.presets.save())

    def on_window_closed(self) -> None:
        """Close the dialog with its window."""
        if self.dialog is not None:
            self.dialog.close()

    def on_scope_chosen(self) -> None:
        if self.dialog is not None:
            self._outgoing.everything = self.dialog.scope.value == "all"
            self._everything = False
            self.refresh()

    def on_everything_wanted(self) -> None:
        """Show the names of all copies."""
        self._everything = True
        self.refresh()

    def on_destination_wanted(self) -> None:
        spawn(self._choose_destination())

    async def _choose_destination(self) -> None:
        start = await asyncio.to_thread(_nearest_folder, self.folder)
        dialog = file_dialogs.folder_dialog(self.dialog or self._parent, _("Destination"), start)
        if (chosen := await file_dialogs.chosen(dialog)) is None:
            return
        self.folder = chosen
        self._core.settings.change(export_folder=str(chosen))
        if self.dialog is not None:
            self.dialog.show_destination(chosen)
        self.refresh()

    # --- presets --------------------------------------------------------------------------

    def on_add_wanted(self) -> None:
        """Add a preset, and let the user name it."""
        self.presets.add()
        if self.dialog is not None:
            self.dialog.presets.setFocus()
            self.dialog.presets.begin_renaming()

    def on_renamed(self, id: str, title: str) -> None:
        try:
            self.presets.rename(id, title)
        except InputError as error:
            self.on_problem(error)
        # Show the title as saved, instead of the one typed.
        self.on_presets_changed()

    def on_preset_deleted(self, title: str) -> None:
        if self.dialog is not None:
            # Translators: {name} is a preset for export.
            words = _("{name} deleted").format(name=title)
            self.dialog.toast.show_toast(words, MessageAction(_("Undo"), self.on_undo))

    def on_undo(self) -> None:
        self._say(self.presets.undo())

    def on_redo(self) -> None:
        self._say(self.presets.redo())

    def _say(self, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.toast.show_toast(sentence)

    def on_problem(self, error: StudioError) -> None:
        """Show an error in the dialog, or in the window while it is closed."""
        self._show_notice(
            Notice(key=f"export: {error.title}", text=sentences_of(error), tone="bad")
        )

    def _show_notice(self, notice: Notice) -> None:
        shown = self.dialog is not None and self.dialog.isVisible()
        bar = self.dialog.notices if shown and self.dialog is not None else self._bar
        bar.show_notice(notice)

    # --- the preview ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Update the preview after a pause: selection, place, preset or folder changed."""
        if self.dialog is not None and self.dialog.isVisible():
            self._timer.start()

    def on_pause(self) -> None:
        # Not cancelled: that would end a process that the next step needs.
        self._refreshing.request()

    async def _rows(self) -> Sequence[int]:
        """Rows of the pictures to export; shows how many there are."""
        if self._given is not None:
            rows = list(self._given[0]())
            if self.dialog is not None:
                self.dialog.show_scope("all", selected=0, every=len(rows), place=self._given[1])
            return rows
        chosen = await self._outgoing.chosen()
        if self.dialog is not None:
            chosen.show_in(self.dialog)
        return chosen.rows

    async def _refresh(self) -> None:
        dialog, preset = self.dialog, self.presets.preset
        if dialog is None or not dialog.isVisible():
            return
        rows = await self._rows()
        total = len(rows)
        dialog.set_ready(ready=total > 0 and self._preparing is None)
        pictures = await self._outgoing.read(rows if self._everything else rows[:_FIRST])
        names = await self._collections()
        plan = await self._plan(pictures, names, preset)
        self._show_plan(plan, total)
        if plan is None:
            return
        if preset.fixed:
            self._to_measure = None
            dialog.show_sizes(estimated_bytes(plan, 0), total, exact=True)
            return
        for start in range(0, len(pictures), _READ):
            await self._reader.read(pictures[start : start + _READ])
            if self._refreshing.outdated or not dialog.isVisible():
                return
        plan = await self._plan(pictures, names, preset)
        if plan is None:
            return
        self._show_plan(plan, total)
        self._to_measure = plan, total
        if self._measuring is None or self._measuring.done():
            self._measuring = spawn(self._measure_while_wanted())

    def _show_plan(self, plan: ExportPlan | None, total: int) -> None:
        if self.dialog is None:
            return
        self.dialog.show_plan(plan, total if plan is not None else 0)
        if plan is None or not plan.copies:
            self.dialog.form.show_example("")
            return
        item = self._current()
        id = item.id if isinstance(item, Picture) else ""
        copy = next((one for one in plan.copies if one.picture.id == id), plan.copies[0])
        self.dialog.form.show_example(copy.name)

    async def _measure_while_wanted(self) -> None:
        while self._to_measure is not None:
            (plan, total), self._to_measure = self._to_measure, None
            await self._measure(plan, total)

    async def _measure(self, plan: ExportPlan, total: int) -> None:
        """Show the sizes of the copies, measured on three of them."""
        preset = plan.preset
        key = preset, tuple(one.picture.id for one in plan.copies)
        each = self._rates.get(key)
        if each is None:
            exporter = self._core.exports.exporter
            each = await bytes_per_pixel(self._core.library, exporter, plan)
            self._rates = {key: each}
        changed = self._refreshing.outdated or preset != self.presets.preset
        wanted = self._to_measure is None and not changed
        if self.dialog is not None and wanted:
            self.dialog.show_sizes(estimated_bytes(plan, each), total, exact=False)

    async def _collections(self) -> dict[str, str]:
        return {one.id: one.name for one in await self._core.library.collections.every()}

    async def _plan(
        self, pictures: Sequence[Picture], names: dict[str, str], preset: ExportPreset
    ) -> ExportPlan | None:
        """The plan for the current folder; None after an error in reading the names in it."""
        folder, items = self.folder, self._reader.known(pictures, names)
        try:
            existing = await asyncio.to_thread(existing_names, folder)
        except StorageError as error:
            self.on_problem(error)
            return None
        return await asyncio.to_thread(make_plan, items, preset, existing)

    # --- running --------------------------------------------------------------------------

    def start(self) -> None:
        """Export the pictures in the dialog; a second export waits for the first."""
        if self._preparing is None and self.dialog is not None and not self.dialog.form.wrong:
            self._preparing = spawn(self._start(self.dialog))

    async def _start(self, dialog: ExportDialog) -> None:
        dialog.set_ready(ready=False)
        try:
            await self._begin(dialog)
        except (InputError, StorageError) as error:
            self.on_problem(error)
        finally:
            self._preparing = None
            self._show_progress()
            self.refresh()

    async def _begin(self, dialog: ExportDialog) -> None:
        preset = self.presets.preset
        rows = await self._rows()
        if len(rows) > MOST:
            raise InputError(
                _("Too many pictures to export"),
                _("Export at most {most} pictures at once.").format(most=number(MOST)),
            )
        pictures = await self._outgoing.read(rows)
        if not pictures:
            return
        if not preset.fixed:
            total = len(pictures)
            await self._reader.read(pictures, lambda done: dialog.foot.show_preparing(done, total))
        plan = await self._plan(pictures, await self._collections(), preset)
        if plan is None:
            return
        self._core.settings.change(export_preset=preset.id, export_folder=str(self.folder))
        asker = ConflictAsker(self._window)
        run = self._core.exports.queue.add(plan, self.folder, asker.ask_about)
        if self._run is None or self._run.state in (ExportState.DONE, ExportState.STOPPED):
            self._run = run

    def _window(self) -> QWidget:
        """Parent of questions: the dialog if it is open, else the window."""
        return self.dialog if self.dialog is not None and self.dialog.isVisible() else self._parent

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, ExportPresetsChanged):
            self.presets.show_others(event.presets)
        elif isinstance(event, ExportChanged):
            self._on_run(event.run)

    def _on_run(self, run: ExportRun) -> None:
        if run.state in (ExportState.RUNNING, ExportState.WAITING):
            self._told.discard(run)
            self._dismiss_notice(run)
            if run.state is ExportState.RUNNING:
                self._run = run
        elif run not in self._told:
            self._told.add(run)
            self._tell_end(run)
            self.refresh()  # names that were free are now taken
        elif run.stopped and run not in self._core.exports.queue.stopped:
            self._dismiss_notice(run)
        self._show_progress()

    def _dismiss_notice(self, run: ExportRun) -> None:
        """Remove the offer to resume an export: it was resumed elsewhere, or dropped."""
        for bar in (self._bar, *([] if self.dialog is None else [self.dialog.notices])):
            bar.dismiss(_notice_key(run))

    def _show_progress(self) -> None:
        queue = self._core.exports.queue
        active = queue.active
        self._progress.show_run(active[0] if active else None)
        if self.dialog is not None and self._preparing is None:
            self.dialog.foot.show_run(self._run, others_than(queue, self._run))

    def _tell_end(self, run: ExportRun) -> None:
        if run.error is not None:
            resume = MessageAction(_("Resume"), partial(self._core.exports.queue.resume, run))
            self._show_notice(
                Notice(
                    key=_notice_key(run),
                    text=sentences(sentences_of(run.error), _so_far(run)),
                    tone="bad",
                    actions=(resume,),
                )
            )
        elif run.state is ExportState.DONE:
            if run.failed:
                self._show_notice(self._failures(run))
            shown = self.dialog if self.dialog is not None and self.dialog.isVisible() else None
            if shown is not None and not self._core.exports.queue.active:
                return  # the foot of the dialog says so
            words = _("Exported {what}").format(what=ended_words(run))
            show = MessageAction(_("Show in folder"), partial(self.show_folder, run))
            if shown is not None:
                shown.toast.show_toast(words, show if run.written else None)
            elif run.written:
                self._messages.offer_action(words, show.label, show.run)
            else:
                self._messages.show_message(words)

    def _failures(self, run: ExportRun) -> Notice:
        """Notice about pictures that were not exported, and why."""
        n = len(run.failed)
        words = ngettext(
            "{n} picture was not exported.", "{n} pictures were not exported.", n
        ).format(n=number(n))
        told = [
            f"{one.copy.picture.name}: {one.error.message or one.error.title}"
            for one in run.failed[:_NAMED]
        ]
        if n > _NAMED:
            more = n - _NAMED
            told.append(ngettext("{n} more.", "{n} more.", more).format(n=number(more)))
        ids = tuple(one.copy.picture.id for one in run.failed)
        show = MessageAction(_("Select them"), partial(self.pictures_wanted.emit, ids))
        return Notice(
            key=_notice_key(run),
            text=sentences(words, *told),
            tone="warn",
            actions=(show,),
        )

    # --- leaving --------------------------------------------------------------------------

    def may_leave(self) -> bool:
        """Whether the window may close; if exports are running, ask the user."""
        if not self._core.exports.queue.active:
            return True
        if self._leaving is None or self._leaving.done():
            self._leaving = spawn(self._ask_to_leave())
        return False

    async def _ask_to_leave(self) -> None:
        title = _("Pictures are still being exported")
        words = _("If you quit now, the export ends. Copies already written stay.")
        if not await quits_now(title, words, self._parent):
            return
        for run in self._core.exports.queue.active:
            self._core.exports.queue.stop(run)
        self.left.emit()

    def show_folder(self, run: ExportRun) -> None:
        """Show the copies of an export in the file manager."""
        paths = [one.path for one in run.written[:_SHOWN]]
        if paths and not show_files(paths):
            self.on_problem(InputError(_("No file manager responded"), str(run.folder)))


def _nearest_folder(folder: Path) -> Path | None:
    """The folder, or the nearest one above it that exists."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), None)


def _notice_key(run: ExportRun) -> str:
    return f"export {id(run)}"


def _so_far(run: ExportRun) -> str:
    return _("Exported {done} of {total}.").format(
        done=number(run.finished), total=number(run.total)
    )
