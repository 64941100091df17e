"""The window's draft: saved continuously, and filled from other parts of the window."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from studio.app.core import Core
from studio.common.i18n import _
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Job
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.support.ports import Messages, Navigation, ToastAction
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import spawn
from studio.ui.views.gallery.view import GalleryView
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice
from studio.ui.window.layout import WindowLayout

_PAUSE = 300
"""Milliseconds without a change after which the draft is saved."""


def first_draft(core: Core, left: Draft | None, written: str) -> Draft:
    """Initial draft: the last one (`left`), but with the profile given for this run.

    Without this, a start with a service could offer the offline painter, which must never replace a
    service. `written` is the current text of the prompt, which can be edited before the composer
    exists.
    """
    profile = core.default_profile
    asked = bool(core.options.provider) or profile != core.settings.value.profile
    draft = replace(left or Draft(), prompt=written)
    if left is not None and (left.profile == profile or not asked):
        return draft
    return replace(draft, profile=profile, model=core.catalogue.default(profile))


@dataclass(frozen=True, slots=True)
class _Replacement:
    """The draft that replaced another, and the button of its toast."""

    after: Draft
    undo: ToastAction


class DraftController(QObject):
    """Saves the draft and passes prompts to the composer."""

    def __init__(
        self,
        core: Core,
        navigation: Navigation,
        messages: Messages,
        *,
        composer: Composer,
        gallery: GalleryView,
        inspector: Inspector,
        zones: WindowLayout,
        bar: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._navigation = navigation
        self._messages = messages
        self._composer = composer
        self._gallery = gallery
        self._inspector = inspector
        self._zones = zones
        self._bar = bar
        self._unsaved: Draft | None = None
        self._replacement: _Replacement | None = None
        self._draft_timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._draft_timer.timeout.connect(self.on_draft_pause)

    def stop(self) -> None:
        """Stop saving after changes: the closing window saves the final draft."""
        self._draft_timer.stop()

    def on_prompt_chosen(self, prompt: str) -> None:
        """Set a prompt from an example or the history."""
        self._composer.set_prompt(prompt)
        self._composer.focus_prompt()

    def on_wants_prompt(self, job: Job) -> None:
        """Load the request of a failed job for editing."""
        self._composer.set_draft(runs.draft_of(job.request))
        self._composer.focus_prompt()

    def on_wants_details(self, job: Job) -> None:
        """Show a job in the inspector."""
        self._gallery.select_keys([job.id])
        self._inspector.show_job(job)
        self._zones.open_inspector(True)

    def on_composer_left(self) -> None:
        """Return the focus from the composer to the view."""
        large = self._navigation.large
        if large is None:
            self._gallery.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            large.focus_view()

    def on_draft_changed(self, draft: Draft) -> None:
        """Schedule saving the draft."""
        self._unsaved = draft
        self._draft_timer.start()
        if self._replacement is not None and draft != self._replacement.after:
            # Undo would revert this change, not the replacement.
            self._messages.withdraw(self._replacement.undo)
            self._replacement = None

    def on_draft_pause(self) -> None:
        """Save the draft."""
        if self._unsaved is not None:
            spawn(self._save_draft(self._unsaved))
            self._unsaved = None

    def on_replaced(self, sentence: str) -> None:
        """Offer to undo a replacement of the draft."""
        undo = self._messages.offer_action(sentence, _("Undo"), self._composer.undo)
        self._replacement = _Replacement(self._composer.draft(), undo)

    def on_prompt_kept(self, sentence: str) -> None:
        """Offer to clear the prompt that was kept."""
        self._messages.offer_action(sentence, _("Clear"), self._composer.clear_prompt)

    # Recovery of a draft after a crash during its restoration

    async def restored(self) -> None:
        """Wait until the restored draft is painted; then offer a draft that was set aside."""
        await self._stands()
        await asyncio.to_thread(self._core.draft.restored)
        if await asyncio.to_thread(self._core.draft.kept) is not None:
            words = _("Gridbrush closed while restoring a draft. The draft is unchanged.")
            actions = (MessageAction(_("Restore draft"), self.restore_kept),)
            self._bar.show_notice(
                Notice(key="draft", text=words, tone="warn", icon="warning", actions=actions)
            )

    def restore_kept(self) -> None:
        spawn(self._restore_kept())

    async def _restore_kept(self) -> None:
        kept, composer = self._core.draft, self._composer
        draft = await asyncio.to_thread(kept.begin_kept)
        if draft is None:
            return
        composer.set_draft(draft)
        composer.focus_prompt()
        await self._stands()
        await self._save_draft(composer.draft())
        await asyncio.to_thread(kept.end_kept)

    async def _stands(self) -> None:
        """Wait until the composer and its thumbnails are painted."""
        composer = self._composer
        painted = _FrameWaiter(composer)
        try:
            await painted.once.wait()
        finally:
            painted.stop()
        if not composer.settled:
            rest = asyncio.Event()
            composer.at_rest.connect(rest.set)
            await rest.wait()

    async def _save_draft(self, draft: Draft) -> None:
        await asyncio.to_thread(self._core.draft.save, draft)


class _FrameWaiter(QObject):
    """Waits for a widget's next frame.

    Attributes:
        once: set after the widget was painted.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.once = asyncio.Event()
        self._widget = widget
        widget.installEventFilter(self)
        widget.update()

    def stop(self) -> None:
        """Stop watching."""
        if shiboken6.isValid(self._widget):
            self._widget.removeEventFilter(self)
            self.deleteLater()

    @needs("_widget")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self._widget:
            self.once.set()
        return False
