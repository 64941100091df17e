"""Handlers of actions that need more than one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from studio.app.core import Core
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.domain import runs
from studio.domain.drafts import MOST_AT_ONCE, MOST_EDITED
from studio.domain.entities import Picture, Role
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.inspector import Inspector
from studio.ui.support import clipboard
from studio.ui.support.late import Late
from studio.ui.support.ports import Messages, Navigation, PictureChanges, SelectionSource
from studio.ui.support.role_names import role_of
from studio.ui.support.tasks import spawn
from studio.ui.views.gallery.view import GalleryView
from studio.ui.window import layout
from studio.ui.window.grid_bar import LARGEST, SMALLEST
from studio.ui.window.layout import WindowLayout

if TYPE_CHECKING:
    from studio.ui.views.loupe import Loupe

TILE_STEP = 32


class ActionHandlers:
    """Handlers for one window."""

    def __init__(
        self,
        core: Core,
        selection: SelectionSource,
        pictures: PictureChanges,
        navigation: Navigation,
        messages: Messages,
        *,
        vary: Callable[[Picture], None],
        peek: Callable[[], None],
        composer: Composer,
        gallery: GalleryView,
        loupe: Late[Loupe],
        inspector: Inspector,
        zones: WindowLayout,
    ) -> None:
        self._core = core
        self._selection = selection
        self._pictures = pictures
        self._navigation = navigation
        self._messages = messages
        self._vary = vary
        self._peek = peek
        self._composer = composer
        self._gallery = gallery
        self._loupe = loupe
        self._inspector = inspector
        self._zones = zones

    # Edit

    def undo(self) -> None:
        """Undo in the prompt if it has the focus, else in the library."""
        if layout.inside(QApplication.focusWidget(), self._composer):
            self._composer.undo()
        else:
            self._pictures.undo()

    def redo(self) -> None:
        """Redo in the prompt if it has the focus, else in the library."""
        if layout.inside(QApplication.focusWidget(), self._composer):
            self._composer.redo()
        else:
            self._pictures.redo()

    def copy(self) -> None:
        """Copy the selected pictures, or the selected text of a focused field."""
        focus = QApplication.focusWidget()
        if isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)):
            focus.copy()
        else:
            self._pictures.copy()

    def paste(self) -> None:
        """Paste into the focused field, else into the composer."""
        focus = QApplication.focusWidget()
        if isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)) and not focus.isReadOnly():
            focus.paste()
        elif not self._composer.paste():
            self._messages.show_message(_nothing_to_paste())

    def select_all(self) -> None:
        """Select everything in the grid."""
        if not self._gallery.grid.count:
            self._messages.show_message(_("No pictures here to select"))
        self._gallery.select_everything()

    # Image

    def edit(self) -> None:
        """Edit the selected pictures."""
        spawn(self._edit())

    async def _edit(self) -> None:
        # One more than the limit is enough to detect an excess.
        pictures = await self._selection.pictures(MOST_EDITED + 1)
        if len(pictures) == 1:
            self._composer.edit(pictures[0])
        elif pictures:
            self._composer.edit_many(pictures)

    def edit_with_both(self) -> None:
        """Edit the first of two selected or compared pictures in the style of the second."""
        spawn(self._edit_with_both())

    async def _edit_with_both(self) -> None:
        if (pair := await self._selection.pair()) is not None:
            self._composer.edit(*pair)

    def use_as_reference(self, role: Role | None = None) -> None:
        """Append the selected pictures as references; None for the role chosen last."""
        spawn(self._use_as_reference(role))

    async def _use_as_reference(self, role: Role | None) -> None:
        settings = self._core.settings
        if role is None:
            role = role_of(settings.value.reference_role)
        else:
            settings.change(reference_role=role.value)
        pictures = await self._selection.pictures(MOST_AT_ONCE + 1)
        if pictures:
            self._composer.use_as_references(pictures, role)

    def vary(self) -> None:
        spawn(self._with_one(self._vary))

    def remix(self) -> None:
        """Load the selected picture's request into the composer."""
        spawn(self._with_one(self._remix))

    def words_only(self) -> None:
        """Load the selected picture's request into the composer, with its marks as words."""
        spawn(self._with_one(self._words_only))

    def _words_only(self, picture: Picture) -> None:
        try:
            draft = runs.words_only(picture, self._composer.draft())
        except InputError as error:
            self._messages.show_message(error.title)
            return
        self._composer.remix(draft)

    def _remix(self, picture: Picture) -> None:
        try:
            draft = runs.again(picture, self._composer.draft())
        except InputError as error:
            self._messages.on_error(error)
            return
        self._composer.remix(draft)

    async def _with_one(self, do: Callable[[Picture], None]) -> None:
        pictures = await self._selection.pictures(1)
        if pictures:
            do(pictures[0])

    def rename(self) -> None:
        """Start editing the picture's title."""
        self._zones.open_inspector(True)
        self._inspector.edit_title()

    def show_before(self) -> None:
        """Show or hide the picture's parent: in the loupe in its place, elsewhere over the view."""
        if self._navigation.in_loupe:
            spawn(self._with_one(self._toggle_before))
        else:
            self._peek()

    def _toggle_before(self, picture: Picture) -> None:
        if not picture.parents:
            self._messages.show_message(_("This picture was not made from another one"))
            return
        self._loupe.get().toggle_before()

    def toggle_advance(self) -> None:
        """Turn advancing after a rating or a flag on or off."""
        settings = self._core.settings
        settings.change(advance=not settings.value.advance)

    # View

    def toggle_sidebar(self) -> None:
        self._zones.open_sidebar(not self._zones.sidebar_open)

    def toggle_inspector(self) -> None:
        self._zones.open_inspector(not self._zones.inspector_open)

    def toggle_captions(self) -> None:
        """Show or hide captions under the tiles."""
        settings = self._core.settings
        settings.change(captions=not settings.value.captions)

    def toggle_rejected(self) -> None:
        """Show or hide rejected pictures."""
        settings = self._core.settings
        settings.change(hide_rejected=not settings.value.hide_rejected)

    def enlarge(self) -> None:
        """Enlarge the tiles, or zoom in."""
        if (large := self._navigation.large) is not None:
            large.zoom_in()
        else:
            self._resize(TILE_STEP)

    def reduce(self) -> None:
        """Reduce the tiles, or zoom out."""
        if (large := self._navigation.large) is not None:
            large.zoom_out()
        else:
            self._resize(-TILE_STEP)

    def _resize(self, step: int) -> None:
        tile = min(LARGEST, max(SMALLEST, self._gallery.tile_size + step))
        if tile == self._gallery.tile_size:
            largest, smallest = _("Largest tile size reached"), _("Smallest tile size reached")
            self._messages.show_message(largest if step > 0 else smallest)
        self._core.settings.change(tile=tile)

    # Library

    def toggle_pause(self) -> None:
        """Pause or resume the queue."""
        queue = self._core.queue
        queue.pause(on=not queue.paused)

    def cancel_all(self) -> None:
        """Cancel all jobs that are waiting or running."""
        jobs = [job for job in self._core.queue.jobs.values() if job.alive]
        n = len(jobs)
        if not jobs:
            self._messages.show_message(_("No jobs to cancel"))
            return
        self._core.queue.cancel_all()
        text = ngettext("{n} job cancelled", "{n} jobs cancelled", n)
        self._messages.show_message(text.format(n=number(n)))


def _nothing_to_paste() -> str:
    mime = clipboard.contents()
    if mime is None or not mime.formats():
        return _("Nothing to paste: the clipboard is empty")
    return _("Nothing to paste: the clipboard has neither text nor a picture")
