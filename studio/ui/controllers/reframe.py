"""Reframe mode: frames around the picture of the loupe, kept in the composer's draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent

from studio.common.errors import InputError
from studio.common.i18n import _, left_to_right, ngettext, number
from studio.domain import pixel_frames, pricing
from studio.domain.aspect_ratios import SEARCHED
from studio.domain.drafts import Draft
from studio.domain.entities import Picture
from studio.domain.markup import Frame, Markup
from studio.domain.models import Model
from studio.ui.controllers.drawing_mode import DrawingModeController, ModeContext
from studio.ui.panels.composer.quote import money
from studio.ui.panels.inspector.reframe_page import ReframePage
from studio.ui.support import frame_words
from studio.ui.support.frame_editor import FrameEditor
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.tasks import spawn
from studio.ui.views.loupe.reframe.mode import ReframeMode

_THUMB = 160  # pixels of the picture in the rows of formats


class ReframeController(DrawingModeController):
    """Passes frames between loupe, inspector and composer, and makes crops."""

    editor: FrameEditor
    mode: ReframeMode
    page: ReframePage

    def __init__(self, context: ModeContext) -> None:
        editor, loupe, composer = FrameEditor(), context.loupe, context.composer
        super().__init__(
            LoupeModeName.REFRAME,
            context,
            editor=editor,
            mode=ReframeMode(loupe.canvas, editor, loupe),
            page=ReframePage(editor, context.inspector),
            part="frames",
            keys_setting="reframe_keys",
        )
        self._views = context.views
        self._refusal = ""
        self._cropping = asyncio.Lock()
        self.page.size_chosen.connect(composer.on_size_chosen)
        self.mode.row.safe_area_chosen.connect(self.on_safe_area_chosen)
        editor.changed.connect(self.on_frames_changed)
        composer.markup.format_wanted.connect(self.on_format_wanted)
        loupe.pixels_changed.connect(self.on_pixels_changed)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self) -> None:
        """Show the safe area chosen last."""
        super().begin_mode()
        area = self._core.settings.value.safe_area
        self.mode.show_safe_area(area if area in frame_words.SAFE_AREAS else "none")
        self._status_bar.show_mark(_("Reframing"), _("safe areas are never sent and never saved"))

    def show_picture(self, picture: Picture) -> None:
        """Show the frames around a picture."""
        if not self.is_shown(picture):
            self._refusal = ""
            spawn(self._look_at(picture))
        super().show_picture(picture)

    def open_markup(self, picture: Picture, markup: Markup) -> None:
        """Show the frames around a picture."""
        self._composer.markup.set_reframing(picture.id)
        size = picture.width, picture.height
        self.editor.open_frames(markup, size, self._aspects(), picture.id)
        self.on_pixels_changed()

    def end_mode(self) -> None:
        """Leave the picture; its frames stay in the draft."""
        super().end_mode()
        self._composer.markup.set_reframing("")
        self._status_bar.show_mark("")

    def list_words(self) -> str:
        """Number of formats, in words."""
        n = len(self.editor.ticked)
        return ngettext("{n} format", "{n} formats", n).format(n=number(n))

    async def _look_at(self, picture: Picture) -> None:
        """Find out whether a picture can be reframed."""
        refusal = await self.refusal_of(picture)
        if self.is_shown(picture):
            self._refusal = refusal
            self._show_facts()

    # --- keys of the page ---------------------------------------------------------------------

    def keeps_in_page(self, event: QKeyEvent) -> bool:
        """Whether a key undoes or redoes a change; all others belong to the page's fields."""
        return self.mode.keeps_step(event)

    def press_in_page(self, event: QKeyEvent) -> bool:
        """Undo or redo from the page; False for any other key."""
        return self.mode.keeps_step(event) and super().press_in_page(event)

    # --- slots ------------------------------------------------------------------------------

    def on_draft_changed(self, draft: Draft) -> None:
        """Follow changes of the draft made elsewhere: undo, Remix, another source or model."""
        if self._picture is not None:
            self.editor.set_aspects(self._aspects())
            super().on_draft_changed(draft)
            self._show_facts()

    def on_frames_changed(self) -> None:
        """Show the facts of the frame that is shown."""
        if self._picture is not None:
            self._show_facts()
            self.on_panels_changed()

    def on_pixels_changed(self) -> None:
        """Show the picture in the rows of the formats."""
        if self._picture is not None:
            self.page.show_image(self._thumbnail())

    def on_safe_area_chosen(self, area: str) -> None:
        """Remember the safe area."""
        self._core.settings.change(safe_area=area)
        self.mode.show_safe_area(area)

    def on_format_wanted(self) -> None:
        """Focus the formats: one has to be ticked."""
        if self._picture is not None:
            self.mode.row.focus_format(self.editor.shown)

    def make_crops(self, picture: str, frames: tuple[Frame, ...]) -> None:
        """Cut these frames out of a picture (its id)."""
        spawn(self._crop(picture, frames))

    async def _crop(self, id: str, frames: tuple[Frame, ...]) -> None:
        found = await self._core.library.find([id])
        if not found:
            raise InputError(_("The picture is no longer in the library"))
        composer = (await self._core.making()).composer
        async with self._cropping:
            for frame in frames:
                existing = await composer.find_crop(found[0], frame)
                if existing is not None:
                    show = partial(self._views.open_loupe, existing)
                    words = _("This crop exists already")
                    self._messages.offer_action(words, _("Show it"), show)
                    continue
                made = await composer.crop(found[0], frame)
                # Translators: {name} is a picture, {size} such as "1024 × 576".
                words = _("{name} cropped to {size}")
                size = left_to_right(f"{made.width} × {made.height}")
                self._messages.on_said(words.format(name=found[0].name, size=size))

    # --- facts ------------------------------------------------------------------------------

    def _model(self) -> Model:
        draft = self._composer.draft()
        return self._core.catalogue.find(draft.profile, draft.model)

    def _aspects(self) -> tuple[str, ...]:
        # A model without a list accepts any ratio: offer the usual ones.
        return self._model().offered_aspects or SEARCHED

    def _show_facts(self) -> None:
        """Show prices, sharpness, and why the frame cannot be made."""
        model, draft, editor = self._model(), self._composer.draft(), self.editor
        free = _("free")
        each = free if model.offline else self._price(model, draft, draft.size)
        self.page.show_prices(each, free)
        words = frame_words.sharpness(
            editor.frame, editor.size, model, draft.size, self._price_of(model, draft)
        )
        sent = len(editor.markup.extensions)
        total = "" if model.offline or not each or not sent else f"{sent} × {each}"
        self.page.show_sharpness(words, model.sizes, draft.size, total)
        trouble = self._refusal or self.conflict_words()
        if not trouble and not editor.frame.inside:
            try:
                pixel_frames.check_frame(editor.frame, editor.size, model.aspects)
            except InputError as error:
                trouble = f"{error.title}. {error.message}"
        self.mode.show_trouble(trouble)
        self.mode.show_drawn(frame_words.drawn_words(editor.frame, editor.size, model))

    def _price_of(self, model: Model, draft: Draft) -> Callable[[str], str]:
        def price(size: str) -> str:
            return "" if model.offline else self._price(model, draft, size)

        return price

    def _price(self, model: Model, draft: Draft, size: str) -> str:
        advanced = model.supported_choices(draft.advanced)
        each = pricing.estimate(model, size if model.sizes else None, advanced)
        return "" if each is None else money(each, each=True)

    def _thumbnail(self) -> QImage | None:
        plate = self._loupe.canvas.plate
        image = None if plate is None else plate.image_of_width(_THUMB * 2.0)
        if image is None:
            return None
        return image.scaled(
            _THUMB,
            _THUMB,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
