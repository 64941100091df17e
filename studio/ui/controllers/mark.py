"""Mark mode: marks on the picture of the loupe, kept in the composer's draft."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from studio.common.i18n import _, ngettext, number
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.domain.guides import Guide
from studio.domain.markup import Mark, MarkKind, Markup
from studio.imaging.guide_request import GuideDrawing
from studio.ui.controllers.drawing_mode import DrawingModeController, ModeContext
from studio.ui.panels.inspector.marks_page import MarksPage
from studio.ui.support import clipboard, drop_contents
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.mark_editor import FOLLOWED, MarkEditor
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe.mark.mode import MarkMode
from studio.ui.widgets.message_bar import Notice


class MarkController(DrawingModeController):
    """Passes marks between loupe, inspector and composer; a controller of `LoupeModes`."""

    editor: MarkEditor
    mode: MarkMode
    page: MarksPage

    def __init__(self, context: ModeContext) -> None:
        editor, loupe = MarkEditor(), context.loupe
        super().__init__(
            LoupeModeName.MARK,
            context,
            editor=editor,
            mode=MarkMode(loupe.canvas, editor, loupe),
            page=MarksPage(editor, context.inspector),
            part="marks",
            keys_setting="mark_keys",
        )
        mode, page = self.mode, self.page
        mode.list_shown = self._list_shown
        mode.sentence_wanted.connect(page.write_sentence)
        mode.edge_chosen.connect(self.on_edge_chosen)
        page.crop = mode.crop
        page.pin_wanted.connect(self.on_pin_wanted)
        page.copy_wanted.connect(self.on_copy_wanted)
        page.done.connect(self.on_done)
        loupe.pixels_changed.connect(self.on_pixels_changed)
        editor.changed.connect(self.on_marks_changed)
        editor.selection_changed.connect(self.on_selection_changed)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self) -> None:
        """Show the tools where they were, with the pin chosen."""
        super().begin_mode()
        self.mode.strip.set_edge(self._core.settings.value.mark_strip)
        self.mode.propose_pin()

    def open_markup(self, picture: Picture, markup: Markup) -> None:
        """Show the marks of a picture."""
        super().open_markup(picture, markup)
        self.on_jobs_changed()
        self._show_model(self._composer.draft())

    def end_mode(self) -> None:
        """Leave the picture; its marks stay in the draft."""
        super().end_mode()
        self._status_bar.show_mark("")
        self._messages_bar.dismiss("marks")

    def list_words(self) -> str:
        """Number of marks, in words."""
        n = len(self.editor.marks)
        return ngettext("{n} mark", "{n} marks", n).format(n=number(n))

    # --- slots: marks -----------------------------------------------------------------------

    def on_draft_changed(self, draft: Draft) -> None:
        """Follow changes of the draft made elsewhere: undo, Remix, another source or model."""
        super().on_draft_changed(draft)
        if self._picture is not None:
            self._show_model(draft)

    def on_marks_changed(self) -> None:
        """Show the number of marks, and a warning above the number that models follow."""
        if not self.active:
            return
        n = len(self.editor.markup.sent_marks)
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

    def on_jobs_changed(self) -> None:
        """Draw the marks of requests in progress faintly."""
        sent = (one for _job, markup in self.jobs_in_progress() for _n, one in markup.sent_marks)
        self.editor.set_sent(frozenset(sent))

    def _show_model(self, draft: Draft) -> None:
        model = self._core.catalogue.find(draft.profile, draft.model)
        self.page.set_alone(model.name_in_text if model.references == 1 else "")

    # --- slots: window ----------------------------------------------------------------------

    def on_pixels_changed(self) -> None:
        """Update the page, which shows the pixels around the marks."""
        if self.active:
            self.page.refresh()

    def on_pin_wanted(self) -> None:
        """Choose the pin."""
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
        png = await asyncio.to_thread(drop_contents.png_of, image)
        await clipboard.set_clipboard(partial(_mime, image, png))
        self._messages.show_message(_("Marked picture copied"))

    def on_done(self) -> None:
        """Exit marking and focus the prompt."""
        self._modes.leave()
        self._composer.focus_prompt()

    def _list_shown(self) -> bool:
        return self._zones.inspector_open


def _image(data: bytes) -> QImage:
    return QImage.fromData(data)


def _mime(image: QImage, png: bytes) -> QMimeData:
    made = QMimeData()
    drop_contents.add_image(made, image, png)
    return made
