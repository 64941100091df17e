"""Base of the controllers of the loupe's modes that draw on a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeyEvent

from studio.app.core import Core
from studio.common.errors import PictureUnreadable, StudioError
from studio.common.i18n import _
from studio.domain.drafts import Draft
from studio.domain.entities import Job, Picture
from studio.domain.events import Event, JobChanged, JobsRemoved
from studio.domain.guides import Guide
from studio.domain.markup import Markup
from studio.imaging.guide_request import GuideDrawing
from studio.ui.controllers.loupe_modes import LoupeModes
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.panels.inspector.mode_page import ModePage
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.support import view_keys
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.markup_editor import MarkupEditor
from studio.ui.support.ports import Messages, Navigation
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.loupe import Loupe
from studio.ui.views.loupe.overlay_mode import OverlayMode
from studio.ui.widgets.message_bar import MessageBar
from studio.ui.window.layout import WindowLayout

_TRIAL = 64  # longer side in pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeContext:
    """Parts of the window that the controller of a mode works with."""

    core: Core
    modes: LoupeModes
    loupe: Loupe
    composer: Composer
    inspector: Inspector
    status_bar: StatusBar
    messages: Messages
    messages_bar: MessageBar
    views: Navigation
    zones: WindowLayout
    parent: QObject


class DrawingModeController(QObject):
    """Passes the markup of a picture between loupe, inspector and composer's draft.

    Attributes:
        editor: holds the markup of the picture.
        mode: the mode of the loupe.
        page: the page of the inspector.
    """

    def __init__(
        self,
        name: LoupeModeName,
        context: ModeContext,
        *,
        editor: MarkupEditor,
        mode: OverlayMode,
        page: ModePage,
        part: str,
        keys_setting: str,
    ) -> None:
        """`part` names undo steps in the composer; `keys_setting` is the setting for key hints."""
        super().__init__(context.parent)
        self.editor = editor
        self.mode = mode
        self.page = page
        self._name = name
        self._part = part
        self._keys_setting = keys_setting
        self._core = context.core
        self._modes = context.modes
        self._loupe = context.loupe
        self._composer = context.composer
        self._status_bar = context.status_bar
        self._messages = context.messages
        self._messages_bar = context.messages_bar
        self._zones = context.zones
        self._picture: Picture | None = None
        editor.setParent(self)
        context.loupe.add_mode(name, mode)
        mode.left.connect(self._modes.leave)
        mode.told.connect(self._loupe.told)
        page.keeps_key = self.keeps_in_page
        page.press_key = self.press_in_page
        page.picture_wanted.connect(self._loupe.focus_view)
        page.keys_hidden.connect(self.on_keys_hidden)
        editor.edited.connect(self.on_edited)
        self._loupe.bar.list_wanted.connect(self.on_list_wanted)
        self._composer.changed.connect(self.on_draft_changed)
        self._composer.markup.lost.connect(self.on_drawing_lost)
        self._zones.panels_changed.connect(self.on_panels_changed)
        self.destroyed.connect(self._core.events.subscribe(self.on_core_event))

    @property
    def active(self) -> bool:
        """Whether the mode is on."""
        return self._modes.mode is self._name

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self) -> None:
        """Prepare for the mode, before a picture is shown in it."""
        self.page.show_keys(shown=getattr(self._core.settings.value, self._keys_setting))

    def show_picture(self, picture: Picture) -> None:
        """Show the markup of a picture."""
        self._picture = picture
        self.open_markup(picture, self._composer.markup.markup_of(picture.id))
        self.on_panels_changed()

    def open_markup(self, picture: Picture, markup: Markup) -> None:
        """Give the editor the markup of a picture."""
        self.editor.open_markup(markup, picture.id)

    def end_mode(self) -> None:
        """Leave the picture; its markup stays in the draft."""
        self._picture = None
        self._loupe.bar.show_list_button("")

    def list_words(self) -> str:
        """Label of the bar's button for the page while it is a drawer; set by subclasses."""
        return ""

    def conflict_words(self) -> str:
        """Why the markup of the picture cannot be sent; "" if it can be."""
        if not self.editor.markup.conflicts:
            return ""
        return _("A region and frames cannot be sent together. Remove one of them.")

    def is_shown(self, picture: Picture) -> bool:
        """Whether a picture is the one drawn on."""
        return self._picture is not None and self._picture.id == picture.id

    def jobs_in_progress(self) -> Iterator[tuple[Job, Markup]]:
        """Jobs in progress that edit the picture, each with its markup."""
        shown = None if self._picture is None else self._picture.id
        for job in self._core.queue.jobs.values():
            markup, edited = job.request.markup, job.request.edited
            here = edited is not None and edited.picture == shown
            if here and job.alive and markup is not None:
                yield job, markup

    async def refusal_of(self, picture: Picture) -> str:
        """Why no edit of a picture can be composed, such as 16 bits per channel; "" if one can be.

        Other errors, such as a missing file, are left for the request to report.
        """
        drawing = GuideDrawing(guide=Guide(region=True), edge=_TRIAL)
        try:
            path = await asyncio.to_thread(self._core.library.path, picture)
            await self._core.comparer.draw(path, drawing)
        except PictureUnreadable as error:
            return error.message or error.title
        except StudioError:
            return ""
        return ""

    # --- keys of the page ---------------------------------------------------------------------

    def keeps_in_page(self, event: QKeyEvent) -> bool:
        """Whether a key pressed in the page belongs to the mode, not to the window's shortcuts."""
        return self.mode.keeps(event)

    def press_in_page(self, event: QKeyEvent) -> bool:
        """Act on a key of the mode pressed in the page; False for any other.

        Ignores the key that hides the markup, since it may be released elsewhere.
        """
        hides = view_keys.command(event, KeyGroup.DRAWING) is ViewCommand.HIDE
        if hides or not self.mode.press_key(event):
            return False
        if self.active and not self.page.isAncestorOf(self.page.focusWidget() or self.page):
            self._loupe.focus_view()
        return True

    # --- slots ------------------------------------------------------------------------------

    def on_edited(self, markup: Markup, run: str) -> None:
        """Keep the user's change in the draft."""
        if self._picture is not None:
            step = f"{self._part} {run}" if run else ""
            self._composer.markup.draw(self._picture, markup, step)

    def on_draft_changed(self, _draft: Draft) -> None:
        """Follow changes of the draft made elsewhere: undo, Remix, another source or model."""
        if self._picture is not None:
            self.editor.follow_markup(self._composer.markup.markup_of(self._picture.id))

    def on_drawing_lost(self) -> None:
        """Show the markup in the draft, after a picture could not become its source."""
        self.on_draft_changed(self._composer.draft())

    def on_core_event(self, event: Event) -> None:
        """Follow the requests for the picture."""
        if isinstance(event, JobChanged | JobsRemoved) and self._picture is not None:
            self.on_jobs_changed()

    def on_jobs_changed(self) -> None:
        """Show the requests in progress; for subclasses to implement."""

    def on_panels_changed(self) -> None:
        """Offer the page in the bar while it is a drawer."""
        if self.active:
            self._loupe.bar.show_list_button(self.list_words() if self._zones.drawer else "")

    def on_list_wanted(self) -> None:
        """Open or close the page."""
        if self.active:
            self._zones.open_inspector(not self._zones.inspector_open)

    def on_edge_chosen(self, edge: str) -> None:
        """Remember the edge of the tool strip."""
        self._core.settings.change(mark_strip=edge)

    def on_keys_hidden(self) -> None:
        """Hide the list of keys from now on."""
        self._core.settings.change(**{self._keys_setting: False})
        self.page.show_keys(shown=False)
