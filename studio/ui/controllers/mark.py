"""Mark mode: marks on the picture of the loupe, kept in the composer's draft."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.domain.events import Event, JobChanged, JobsRemoved
from studio.domain.guides import Guide
from studio.domain.markup import Mark, MarkKind, Markup
from studio.imaging.guide_request import GuideDrawing
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.controllers.view_switch import ViewSwitch
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import clipboard
from studio.ui.support.mark_editor import FOLLOWED, MarkEditor
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe import Loupe
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.window.layout import WindowLayout


class MarkController(QObject):
    """Begins and ends mark mode, and passes marks between loupe, inspector and composer.

    Signals:
        said: what was done (str).

    Attributes:
        editor: the marks of the picture shown.
        mode: the mode of the loupe.
        page: the page of the inspector.
    """

    said = Signal(str)

    def __init__(
        self,
        core: Core,
        views: ViewSwitch,
        stack: ViewStack,
        *,
        loupe: Loupe,
        composer: Composer,
        inspector: Inspector,
        status_bar: StatusBar,
        zones: WindowLayout,
        messages_bar: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._views = views
        self._stack = stack
        self._loupe = loupe
        self._composer = composer
        self._inspector = inspector
        self._status_bar = status_bar
        self._zones = zones
        self._messages_bar = messages_bar
        self._picture: Picture | None = None
        self.editor = MarkEditor(self)
        self.mode = loupe.make_mark_mode(self.editor)
        self.page = inspector.make_marks_page(self.editor)
        self._connect()

    def _connect(self) -> None:
        mode, page, loupe = self.mode, self.page, self._loupe
        mode.list_shown = self._list_shown
        mode.sentence_wanted.connect(page.write_sentence)
        mode.left.connect(self.leave)
        mode.edge_chosen.connect(self.on_edge_chosen)
        page.crop = mode.crop
        page.keeps_key = mode.keeps
        page.press_key = self._press_in_page
        page.pin_wanted.connect(self.on_pin_wanted)
        page.picture_wanted.connect(loupe.focus_view)
        page.copy_wanted.connect(self.on_copy_wanted)
        page.done.connect(self.on_done)
        page.keys_hidden.connect(self.on_keys_hidden)
        loupe.picture_changed.connect(self.on_picture_changed)
        loupe.pixels_changed.connect(self.on_pixels_changed)
        loupe.bar.list_wanted.connect(self.on_list_wanted)
        self.editor.edited.connect(self.on_edited)
        self.editor.changed.connect(self.on_marks_changed)
        self.editor.selection_changed.connect(self.on_selection_changed)
        self._composer.changed.connect(self.on_draft_changed)
        self._composer.markup.lost.connect(self.on_marks_lost)
        self._stack.left.connect(self.on_view_left)
        self._zones.panels_changed.connect(self.on_panels_changed)
        end = self._core.events.subscribe(self.on_core_event)
        self.destroyed.connect(end)

    @property
    def active(self) -> bool:
        """Whether marks are drawn."""
        return self._stack.marking

    # --- the mode ---------------------------------------------------------------------------

    def toggle(self) -> None:
        """Begin to mark the current picture, in the loupe, or end it."""
        if self.active:
            self.leave()
        else:
            spawn(self._begin())

    async def _begin(self) -> None:
        if await self._views.reach_loupe():
            self.begin_marks()

    def begin_marks(self) -> None:
        """Begin to mark the picture of the loupe."""
        self._stack.marking = True
        settings = self._core.settings.value
        self._composer.set_compact(False)
        self.page.show_keys(shown=settings.mark_keys)
        self._inspector.set_marks_shown(shown=True)
        self.mode.strip.set_edge(settings.mark_strip)
        if self._loupe.picture is not None:
            self._show_picture(self._loupe.picture)
        self._loupe.focus_view()

    def leave(self) -> None:
        """End it; the marks stay in the draft."""
        if not self.active:
            return
        focused = self._inspector.isAncestorOf(self._inspector.focusWidget() or self._inspector)
        self._stack.marking = False
        self._picture = None
        self._loupe.set_marking(marking=False)
        self._loupe.bar.show_list_button("")
        self._inspector.set_marks_shown(shown=False)
        self._composer.set_compact(self._views.large is not None)
        self._status_bar.show_mark("")
        self._messages_bar.dismiss("marks")
        if focused and self._views.in_loupe:
            self._loupe.focus_view()

    def on_view_left(self, view: ViewName) -> None:
        """End it with the loupe."""
        if view is ViewName.LOUPE:
            self.leave()

    def on_mode_chosen(self, mode: str) -> None:
        """Begin or end it, as chosen in the loupe's bar."""
        if (mode == "mark") != self.active:
            self.toggle()

    def show_marks_of(self, picture: str) -> None:
        """Go to the marked source of the composer (its id)."""
        spawn(self._show_marks_of(picture))

    async def _show_marks_of(self, id: str) -> None:
        found = await self._core.library.find([id])
        if found and await self._views.reach_loupe(found[0]):
            self.begin_marks()

    def _show_picture(self, picture: Picture) -> None:
        self._picture = picture
        self.editor.open_markup(self._composer.markup.markup_of(picture.id))
        self._loupe.set_marking(marking=True)
        self._show_sent()
        self._show_model(self._composer.draft())
        self.on_panels_changed()

    # --- slots: marks -----------------------------------------------------------------------

    def on_edited(self, markup: Markup, run: str) -> None:
        """Keep the user's change in the draft."""
        if self._picture is not None:
            self._composer.markup.draw(self._picture, markup, f"marks {run}" if run else "")

    def on_draft_changed(self, draft: Draft) -> None:
        """Follow changes of the draft made elsewhere: undo, Remix, another source."""
        if self._picture is not None:
            self.editor.follow_markup(self._composer.markup.markup_of(self._picture.id))
            self._show_model(draft)

    def on_marks_lost(self) -> None:
        """Show what the draft has, after a picture could not become its source."""
        self.on_draft_changed(self._composer.draft())

    def on_marks_changed(self) -> None:
        """Say how many marks there are, and when there are more than models follow."""
        if not self.active:
            return
        n = len(self.editor.marks)
        if n > FOLLOWED:
            words = _("Models follow about {most} marks well. You have {n}.")
            text = words.format(most=number(FOLLOWED), n=number(n))
            self._messages_bar.show_notice(Notice(key="marks", text=text, tone="warn", here=True))
        else:
            self._messages_bar.dismiss("marks")
        self.on_selection_changed()
        self.on_panels_changed()

    def on_selection_changed(self) -> None:
        """Say which mark is selected."""
        index = self.editor.selected
        if index is None or not self.active:
            self._status_bar.show_mark("")
            return
        words = _("Mark {n} of {all}")
        n, count = number(index + 1), number(len(self.editor.marks))
        self._status_bar.show_mark(words.format(n=n, all=count))

    def on_core_event(self, event: Event) -> None:
        """Draw the marks of requests in progress faintly."""
        if isinstance(event, JobChanged | JobsRemoved) and self._picture is not None:
            self._show_sent()

    def _show_sent(self) -> None:
        shown = None if self._picture is None else self._picture.id
        sent: set[Mark] = set()
        for job in self._core.queue.jobs.values():
            markup, edited = job.request.markup, job.request.edited
            here = edited is not None and edited.picture == shown
            if here and job.alive and markup is not None:
                sent.update(markup.marks)
        self.editor.set_sent(frozenset(sent))

    def _show_model(self, draft: Draft) -> None:
        model = self._core.catalogue.find(draft.profile, draft.model)
        self.page.set_alone(model.title if model.references == 1 else "")

    # --- slots: window ----------------------------------------------------------------------

    def on_picture_changed(self, picture: Picture) -> None:
        """Show the marks of another picture."""
        if self.active:
            self._show_picture(picture)

    def on_pixels_changed(self) -> None:
        """Show the places of the marks."""
        if self.active:
            self.page.refresh()

    def on_panels_changed(self) -> None:
        """Offer the list of marks in the bar while it is a drawer."""
        if self.active:
            n = len(self.editor.marks)
            words = ngettext("{n} mark", "{n} marks", n).format(n=number(n))
            self._loupe.bar.show_list_button(words if self._zones.drawer else "")

    def on_list_wanted(self) -> None:
        """Open or close the list."""
        self._zones.open_inspector(not self._zones.inspector_open)

    def on_pin_wanted(self) -> None:
        """Take the pin."""
        self.mode.choose_tool(MarkKind.PIN)
        self._loupe.focus_view()

    def on_copy_wanted(self) -> None:
        """Copy the picture with its marks."""
        if self._picture is not None:
            spawn(self._copy(self._picture, self.editor.marks))

    async def _copy(self, picture: Picture, marks: tuple[Mark, ...]) -> None:
        shown = tuple((n, one) for n, one in enumerate(marks, 1) if not one.hidden)
        path = await asyncio.to_thread(self._core.library.path, picture)
        drawing = GuideDrawing(guide=Guide(marks=True), marks=shown)
        data = await self._core.comparer.draw(path, drawing)
        image = await asyncio.to_thread(_image, data)
        await clipboard.set_clipboard(partial(_mime, image))
        self.said.emit(_("Marked picture copied"))

    def on_done(self) -> None:
        """Leave, and go on with the prompt."""
        self.leave()
        self._composer.focus_prompt()

    def on_edge_chosen(self, edge: str) -> None:
        """Remember the place of the tools."""
        self._core.settings.change(mark_strip=edge)

    def on_keys_hidden(self) -> None:
        """Hide the keys for good."""
        self._core.settings.change(mark_keys=False)
        self.page.show_keys(shown=False)

    def _list_shown(self) -> bool:
        return self._zones.inspector_open

    def _press_in_page(self, event: QKeyEvent) -> bool:
        """Act on a key of the mode pressed in the list; H needs its release, which is elsewhere."""
        if event.key() == Qt.Key.Key_H or not self.mode.press_key(event):
            return False
        if self.active and not self.page.isAncestorOf(self.page.focusWidget() or self.page):
            self._loupe.focus_view()
        return True


def _image(data: bytes) -> QImage:
    return QImage.fromData(data)


def _mime(image: QImage) -> QMimeData:
    made = QMimeData()
    made.setImageData(image)
    return made
