"""What the window says: toasts for what was done, the message bar for what went wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.common import logs
from studio.common.errors import StudioError
from studio.common.files import storage_error
from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.domain.events import News
from studio.domain.runs import Run
from studio.ui.support import formatting
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow

log = logging.getLogger(__name__)

_VARY_SECONDS = 3


class Talking(QObject):
    """The one place that puts sentences in front of the user."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self._details = ""

    def vary(self, picture: Picture) -> None:
        """Variations at once, with three seconds to think better of it."""
        try:
            run = self._window.running.variations(picture, self._window.composer.draft())
        except StudioError as error:
            self.on_error(error)
            return
        # Past the budget nothing is said to be on its way before it was asked about.
        if not self._window.budgeting.asks(run):
            self._window.toast.show_toast(variations(run), _("Cancel"), run, seconds=_VARY_SECONDS)

    def on_composer_toast(self, text: str) -> None:
        """The composer was changed as a whole: that can be undone."""
        self._window.toast.show_toast(text, None, "composer")

    def on_prompt_kept(self, text: str) -> None:
        """The prompt stayed when a picture was taken to edit: it can be cleared."""
        self._window.toast.show_toast(text, _("Clear"), "kept")

    def on_said(self, sentence: str) -> None:
        """Something was done that can be undone."""
        self._window.toast.show_toast(sentence, None, "library")

    def tell(self, sentence: str) -> None:
        """Something was done, and that is all."""
        self._window.toast.show_toast(sentence, "", "told")

    def on_toast_undone(self, key: object) -> None:
        """The button of the toast was pressed."""
        if key == "kept":
            self._window.composer.clear_prompt()
        elif key == "composer":
            self._window.composer.undo()
        elif key == "library":
            self._window.pictures.undo()

    def on_toast_gone(self, key: object) -> None:
        """The toast went away unpressed: variations are sent now."""
        if isinstance(key, Run):
            self._window.budgeting.send(key)

    def on_error(self, error: BaseException, about: str = "") -> None:
        """Whatever went wrong and belongs to no tile, in one bar; bugs with their details.

        Each sentence stands until the user has closed it, then the one before it is seen. What
        has a name in `about` takes the place of what was said about that.
        """
        if isinstance(error, asyncio.CancelledError):
            return
        if isinstance(error, OSError) and error.filename is not None:
            # A name that no system takes, or a disk that went away: the world's fault, not a bug.
            log.warning("The system refused", exc_info=error)
            error = storage_error(error, Path(os.fsdecode(error.filename)))
        if isinstance(error, StudioError):
            said = (error.title, error.message, error.hint)
            text = f"{'. '.join(part.rstrip('.') for part in said if part)}."
            self._window.messages.show_notice(
                Notice(key=about or f"error: {text}", text=text, tone="bad", icon="warning")
            )
            return
        log.error("An unforeseen error", exc_info=error)
        self._details = logs.clean("".join(traceback.format_exception(error)))
        self._window.messages.show_notice(
            Notice(
                key="bug",
                text=_("Something went wrong inside Gridbrush. Nothing that was saved is lost."),
                tone="bad",
                icon="warning",
                actions=(("copy", _("Copy details")),),
            )
        )

    def on_news(self, news: News) -> None:
        """Something good, in the bar until the user has closed it."""
        text = f"{news.title}. {news.message}"
        self._window.messages.show_notice(Notice(key=f"news: {text}", text=text, icon="info"))

    def on_message_acted(self, key: object, action: object) -> None:
        """A button of the message bar was pressed."""
        if action == "copy":
            from studio.ui.support import clipboard  # a start copies nothing

            clipboard.put_text(self._details, partial(self.tell, _("Details copied")))
        elif action == "restore_draft":
            self._window.composing.restore_kept()
        elif action == "stop_import":
            self._window.bringing.stop()
        elif action == "open_library":
            from studio.ui.dialogs import open_library

            open_library.reopen(self._window)
        elif action == "trust_library":
            from studio.ui.dialogs import open_library
            from studio.ui.support.tasks import spawn

            spawn(open_library.trust(self._window))
        elif action == "retry_failed":
            from studio.ui.controllers import retry

            retry.retry_all(self._window)
        elif key == "quitting" and self._window.leaving is not None:
            self._window.leaving.act(str(action))
        self._window.messages.dismiss(str(key))


def variations(run: Run) -> str:
    """How many there will be, and for how much."""
    n = len(run.requests)
    text = ngettext("{n} variation, {price}", "{n} variations, {price}", n)
    return text.format(n=n, price=_price(run))


def _price(run: Run) -> str:
    if run.total_usd is None:
        return _("price unknown")
    return _("free") if run.total_usd == 0 else f"≈ {formatting.money(run.total_usd)}"
