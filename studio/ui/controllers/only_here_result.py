"""The picture of the loupe, if it was composed here: its proof, its seam, and the model's answer.

The bar is shown in the plain loupe too, so that the proof is seen without entering a mode that
makes such pictures; the column with the answer is shown in those modes only. A moved seam is only a
preview, until the picture, the loupe or the mode is left, or Keep is pressed: then it is saved,
once, and the new picture takes the place of the old one.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal

from studio.app.core import Core
from studio.common.errors import PictureUnreadable, StudioError
from studio.common.i18n import _, sentences
from studio.domain.entities import Flag, Picture, Role
from studio.domain.events import Event, RecordsChanged
from studio.generation.answer_composer import KeptComposition
from studio.imaging.composition import MOST_SEAM, CompositionRecipe
from studio.imaging.seam_preview import SeamPreview
from studio.ui.controllers.only_here_answer import COMPOSING, AnswerBeside
from studio.ui.controllers.view_stack import ViewName, ViewStack
from studio.ui.support import proof_text, raster
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.ports import Messages, ShownPictures, SpendingLimit
from studio.ui.support.qt_overrides import needs
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.views.loupe import Loupe
from studio.ui.views.loupe.only_here.preview_layer import PreviewLayer
from studio.ui.views.loupe.only_here.result_bar import ResultBar


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamChoice:
    """A seam, in pixels of the parent, and whether colours are matched."""

    seam: int
    match: bool


class OnlyHereResult(QObject):
    """Shows the proof of a composed picture, and changes its seam.

    Attributes:
        bar, layer: under and over the picture.
        answer: the column beside it.
        preview: fetches previews from the comparing process.

    Signals:
        replaced: a picture that was left, and the one that took its place.
    """

    replaced = Signal(object, object)

    def __init__(
        self,
        core: Core,
        shown: ShownPictures,
        stack: ViewStack,
        messages: Messages,
        limit: SpendingLimit,
        loupe: Loupe,
    ) -> None:
        super().__init__(loupe)
        self._core = core
        self._shown = shown
        self._stack = stack
        self._messages = messages
        self._loupe = loupe
        self.bar = ResultBar(loupe)
        loupe.add_below(self.bar)
        self.layer = PreviewLayer(loupe.canvas)
        self.preview = SeamPreview(lambda: core.comparer)
        self.answer = AnswerBeside(core, messages, limit, self.preview, loupe)
        self._picture: Picture | None = None
        self._kept: KeptComposition | None = None
        self._before: SeamChoice | None = None
        self._wanted: SeamChoice | None = None
        self._mode = LoupeModeName.LOOK
        self._loading: SpawnedTask | None = None
        # The seam being saved and the new picture, until the loupe shows it.
        self._saving: SpawnedTask | None = None
        self._saved = ""
        self._successor = ""
        self._drawn = self._requested = 0
        self._connect()

    def _connect(self) -> None:
        loupe, bar = self._loupe, self.bar
        loupe.picture_changed.connect(self.on_picture_changed)
        loupe.parts_changed.connect(self.on_parts_changed)
        loupe.before_changed.connect(self.on_before_changed)
        loupe.pixels_changed.connect(self.on_pixels_changed)
        loupe.canvas.installEventFilter(self)
        self._stack.left.connect(self.on_view_left)
        bar.seam_changed.connect(self.on_seam_changed)
        bar.match_changed.connect(self.on_match_changed)
        bar.before.connect(loupe.show_before)
        bar.whole_wanted.connect(self.answer.on_whole_wanted)
        self.answer.column.keep_wanted.connect(self.on_keep_wanted)
        self.layer.view_changed.connect(self.on_preview_outdated)
        self.destroyed.connect(self._core.events.subscribe(self.on_core_event))

    @property
    def picture(self) -> Picture | None:
        """The composed picture that is shown; None for any other."""
        return self._picture

    @property
    def saving(self) -> bool:
        """Whether a seam is being saved."""
        return self._saving is not None and not self._saving.done()

    # --- content ----------------------------------------------------------------------------

    def _show(self, picture: Picture) -> None:
        """Show a picture of the loupe."""
        text = proof_text.of_picture(picture)
        composed = picture.derivation is not None and text is not None
        self._picture = picture if composed else None
        self._kept = self._before = None
        self.answer.show_picture(self._picture)
        if text is not None:
            self.bar.show_text(text)
        self.bar.set_usable(usable=False)
        self._tell_before()
        self._place()
        if self._picture is not None:
            self._load(self._picture)

    def _load(self, picture: Picture) -> None:
        if self._loading is not None:
            self._loading.cancel()
        self._loading = spawn(self._read(picture))

    async def _read(self, picture: Picture) -> None:
        """Find out whether a picture can be made again, and from what."""
        ids = [one.picture for one in picture.parents if one.role is Role.ANSWER and one.picture]
        answers = await self._core.library.find(ids[:1])
        composer = (await self._core.making()).composer
        kept, why = None, ""
        try:
            kept = await composer.composition_of(picture)
        except StudioError as error:
            why = sentences(error.message or error.title, error.hint)
        if self._picture is None or self._picture.id != picture.id:
            return
        self._kept = kept
        if picture.trashed:
            why = _("This picture is in the trash.")
        if kept is not None and self._wanted is None:
            self._before = _choice(picture, kept)
            self._reset_bar()
        self.bar.set_usable(usable=kept is not None and not picture.trashed, why=why)
        if kept is None and self._wanted is not None:
            self._forget()
        self.answer.show_answer(answers[0] if answers else None, kept, why)
        self._place()

    def _reset_bar(self) -> None:
        kept, before = self._kept, self._before
        if kept is not None and before is not None:
            least, most = math.ceil(kept.feather), min(MOST_SEAM, max(kept.size))
            self.bar.show_seam(before.seam, least=least, most=most, match=before.match)

    def _place(self) -> None:
        """Place bar and column, and show or hide them."""
        loupe = self._loupe
        text = None if loupe.picture is None else proof_text.of_picture(loupe.picture)
        looking = loupe.mode is LoupeModeName.LOOK or loupe.mode in COMPOSING
        self.bar.setVisible(text is not None and looking and not loupe.presenting)
        self.answer.place()
        beside = not self.answer.column.isHidden()
        offered = self._picture is not None and loupe.mode in COMPOSING and self.answer.usable
        self.bar.set_whole(there=offered and not beside)

    def _tell_before(self) -> None:
        # Outside these modes, the button is in the bar of the view.
        there = self._loupe.before is not None and self._loupe.mode in COMPOSING
        self.bar.set_before(there=there, shown=self._loupe.before_shown)

    # --- the seam ---------------------------------------------------------------------------

    def on_seam_changed(self, pixels: int) -> None:
        """Show another seam."""
        self._want(seam=pixels)

    def on_match_changed(self, match: bool) -> None:  # noqa: FBT001 - a slot
        """Show the picture with matched colours, or without."""
        self._want(match=match)

    def _want(self, **changes: int | bool) -> None:
        before = self._before
        if before is None or self._kept is None:
            return
        wanted = replace(self._wanted or before, **changes)  # type: ignore[arg-type]
        self._wanted = None if wanted == before else wanted
        if self._wanted is None:
            self._forget()
            return
        self._loupe.show_before(False)
        self.layer.attach(self._loupe.canvas.plate)
        self.bar.show_preview()
        self.on_preview_outdated()

    def on_preview_outdated(self) -> None:
        """Ask for the preview of the visible part."""
        kept, wanted, view = self._kept, self._wanted, self.layer.view()
        if kept is None or wanted is None or view is None:
            return
        recipe = replace(kept.recipe, seam=float(wanted.seam), match=wanted.match)
        self._requested += 1
        spawn(self._draw(recipe, self._requested))

    async def _draw(self, recipe: CompositionRecipe, request: int) -> None:
        view = self.layer.view()
        if view is None:
            return
        try:
            pixels = await self.preview.pixels(recipe, view)
        except PictureUnreadable as error:
            self._messages.on_error(error, "seam")
            return
        if pixels is None or self._wanted is None or request < self._drawn:
            return
        screen = screen_colours().transform
        image = await asyncio.to_thread(
            partial(raster.build_image, pixels, screen, converted=pixels.converted)
        )
        # Otherwise outdated: the seam was reset, or a newer preview was drawn.
        if self._wanted is not None and request >= self._drawn:
            self._drawn = request
            self.layer.show_pixels(pixels, image)

    def _forget(self) -> None:
        """Drop the preview and its pixels."""
        self._wanted = None
        self._requested += 1
        self._drawn = self._requested
        self.layer.clear()
        self.layer.attach(None)
        self.bar.end_preview()

    def _leave(self, *, stays: bool) -> None:
        """Save a changed seam; `stays`: the loupe continues to show the picture."""
        picture, kept, wanted, before = self._picture, self._kept, self._wanted, self._before
        if wanted is None or picture is None or kept is None or before is None:
            return
        if picture.id == self._saved:
            return  # already being saved
        seam = picture.derivation.seam if picture.derivation is not None else 0.0
        if wanted.seam != before.seam:
            seam = wanted.seam / max(kept.size)
        if not stays:
            self._forget()
        earlier, self._saved = self._saving, picture.id
        saving = self._save(picture, seam, wanted.match, earlier, stays=stays)
        self._saving = spawn(saving, records=True)

    async def _save(
        self,
        picture: Picture,
        seam: float,
        match: bool,  # noqa: FBT001 - only called here
        earlier: SpawnedTask | None,
        *,
        stays: bool,
    ) -> None:
        if earlier is not None:
            await earlier.wait_until_ended()
        loupe = self._loupe
        if stays:
            loupe.hold_picture(held=True)
            self.bar.set_usable(usable=False)
        try:
            # Read again: the picture may have been rated or moved to the trash since.
            found = await self._core.library.find([picture.id])
            if not found or found[0].trashed:
                return
            composer = (await self._core.making()).composer
            made = await composer.recompose(found[0], seam=seam, match=match)
            self._messages.on_said(_("Seam changed"))
            await self._shown.settled()
            if stays:
                self._show_successor(picture, made)
            else:
                self.replaced.emit(picture, made)
        except StudioError as error:
            self._messages.on_error(error, "seam")
        finally:
            self._end_saving(picture, stays=stays)

    def _end_saving(self, picture: Picture, *, stays: bool) -> None:
        if self._saved == picture.id:
            self._saving, self._saved = None, ""
        shown = self._picture
        if not stays or self._successor or shown is None or shown.id != picture.id:
            return
        # Not replaced: show the old picture as it was saved.
        self._forget()
        self._loupe.hold_picture(held=False)
        if self._picture is shown:
            self._show(shown)

    def _show_successor(self, picture: Picture, made: Picture) -> None:
        """Show a new picture in the place of the old one, unless the user went elsewhere."""
        loupe, order = self._loupe, self._shown.order
        here = self._stack.current is ViewName.LOUPE and loupe.picture is not None
        if not here or loupe.picture is None or loupe.picture.id != picture.id:
            return
        if made.row in order:
            self._successor = made.id
            loupe.replace_picture(order, order.index(made.row))

    # --- slots: loupe -----------------------------------------------------------------------

    def on_picture_changed(self, picture: Picture) -> None:
        """Save a seam that was moved, and show another picture."""
        if picture.id == self._successor:
            # The preview stays until the pixels of the picture are loaded; the comparing process
            # keeps its inputs.
            self._wanted = None
            self.layer.attach(self._loupe.canvas.plate)
        else:
            self._leave(stays=False)
            self._forget()
            spawn(self.preview.close())
        self._successor = ""
        self._show(picture)
        self.on_pixels_changed()

    def on_pixels_changed(self) -> None:
        """End the preview of a picture that was saved, once its own pixels are there."""
        plate = self._loupe.canvas.plate
        if self._wanted is None and plate is not None and plate.raster is not None:
            self.layer.clear()

    def on_parts_changed(self) -> None:
        """Follow the mode of the loupe: leaving one saves the seam."""
        before, self._mode = self._mode, self._loupe.mode
        if before is not self._mode:
            self._leave(stays=True)
            if before in COMPOSING:
                spawn(self.preview.close())
                self.answer.forget_facts()
            self.answer.fill()
            self._tell_before()
        self._place()

    def on_before_changed(self) -> None:
        """Show in the bar whether the parent is shown."""
        self._tell_before()

    def on_view_left(self, view: ViewName) -> None:
        """Save a seam that was moved: the loupe is left."""
        if view is ViewName.LOUPE:
            self._leave(stays=False)
            self._reset_bar()
            spawn(self.preview.close())

    def on_core_event(self, event: Event) -> None:
        """Follow changes of the picture and its answer: trash, undo, "Use full result"."""
        picture = self._picture
        if picture is None or not isinstance(event, RecordsChanged) or self._saving is not None:
            return
        answers = {one.picture for one in picture.parents if one.role is Role.ANSWER}
        if answers.intersection(event.ids) and {"answer", "trashed"}.intersection(event.fields):
            self._load(picture)

    def on_keep_wanted(self) -> None:
        """Pick the picture, and save its seam."""
        if self._picture is not None:
            spawn(self._keep(self._picture), records=True)

    async def _keep(self, picture: Picture) -> None:
        # Flag first: a picture that takes this one's place inherits the flag.
        said = await self._core.library.flag([picture.id], Flag.PICK)
        if self._wanted is not None and self._picture is picture:
            self._leave(stays=True)
        elif said:
            self._messages.on_said(said)

    # --- Qt ---------------------------------------------------------------------------------

    @needs("_picture")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)


def _choice(picture: Picture, kept: KeptComposition) -> SeamChoice:
    """The seam of a picture, as the slider shows it."""
    made = picture.derivation
    assert made is not None
    pixels = max(round(made.seam * max(kept.size)), math.ceil(kept.feather))
    return SeamChoice(seam=min(MOST_SEAM, max(kept.size), pixels), match=made.match)
